"""What must be in an image, and what must not."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from integration_tests.images.base_image import USER, USER_ID
from integration_tests.images.engine import Engine
from integration_tests.images.machine import CERTIFICATES

INSIDE: Final = Path(__file__).parent / "inside.py"
COMPILED: Final = ("sage_active", "sage_active_cli", "source_sage_active", "destination_sage_active", "airbyte_cdk")
# Tools that install, build or test. The CDK itself needs setuptools, so it is not among them.
FORBIDDEN_DISTRIBUTIONS: Final = frozenset(
    {
        "airbyte-connector-models",
        "airbyte-sage-active-sandbox",
        "hypothesis",
        "mypy",
        "pip",
        "pytest",
        "requests-mock",
        "ruff",
        "wheel",
    }
)
FORBIDDEN_MODULES: Final = ("sage_active_sandbox", "unit_tests", "integration_tests", "benchmarks", "examples", "pip")
FORBIDDEN_COMMANDS: Final = ("cc", "gcc", "g++", "clang", "make", "ld", "pip", "pip3", "pytest", "sage-active-sandbox")
# Traces of the build.
FORBIDDEN_FILES: Final = ("/build", "/etc/pip.conf", CERTIFICATES)


def problems(engine: Engine, image: str, metadata: Mapping[str, Any], python: str) -> list[str]:
    """Everything about an image that is not as it should be."""
    request = {
        "modules": FORBIDDEN_MODULES,
        "commands": FORBIDDEN_COMMANDS,
        "files": FORBIDDEN_FILES,
        "compiled": COMPILED,
    }
    done = engine.run(image, "-", json.dumps(request), entrypoint="python3", stdin=INSIDE.read_bytes())
    if done.returncode != 0:
        return [f"its content cannot be listed: {done.stderr.decode()}"]
    return [
        *description_problems(engine.described(image)["Config"], metadata),
        *content_problems(json.loads(done.stdout), python),
    ]


def description_problems(config: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[str]:
    """What an image says of itself against `data` of its metadata.yaml."""
    repository = str(metadata["dockerRepository"])
    command = repository.rpartition("/")[2]
    labels = config.get("Labels") or {}
    yield from _unequal("label io.airbyte.name", labels.get("io.airbyte.name"), repository)
    yield from _unequal("label io.airbyte.version", labels.get("io.airbyte.version"), metadata["dockerImageTag"])
    yield from _unequal("user", config.get("User"), USER)
    yield from _unequal("entry point", config.get("Entrypoint"), [command])
    if f"AIRBYTE_ENTRYPOINT={command}" not in config.get("Env", []):
        yield f"AIRBYTE_ENTRYPOINT is not {command}"


def content_problems(found: Mapping[str, Any], python: str) -> Iterator[str]:
    """What `inside.py` found against what must be there."""
    yield from _unequal("user id", found["user_id"], USER_ID)
    yield from _unequal("Python", found["python"], python)
    for kind, names in (
        ("distributions", sorted(FORBIDDEN_DISTRIBUTIONS & set(found["distributions"]))),
        *((kind, found[kind]) for kind in ("modules", "commands", "files", "tests", "origins")),
    ):
        if names:
            yield f"{kind} that do not belong there: {', '.join(names[:5])}"
    if found["uncompiled"]:
        yield f"{len(found['uncompiled'])} modules without byte code, such as {found['uncompiled'][0]}"
    if found["writable"]:
        yield "its user may change the installed packages"


def _unequal(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what} is {found!r} instead of {wanted!r}"
