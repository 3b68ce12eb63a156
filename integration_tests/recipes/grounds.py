"""What a section says is there already: configurations, a folder of the job's own, a command `docker`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Final

from integration_tests.expected import usable
from integration_tests.images import base_image, machine
from integration_tests.images.engine import LIMITS, Engine
from integration_tests.images.run import short_folder
from integration_tests.recipes.blocks import Block
from integration_tests.recipes.shell import FailedStep
from integration_tests.recipes.workshop import ROOT, Workshop
from sage_active_sandbox.sandbox import API_KEY

MARKET: Final = "de"
RELEASE: Final = "trixie"
RECIPE_TEST: Final = "unit_tests/growth/test_recipe.py"
# docker's build and run, by tools that need no daemon. The stand-in is on this machine's loopback address.
DOCKER: Final = """\
#!/bin/sh
case $1 in
build) shift; exec buildah {store} bud --isolation chroot --network host --layers {arguments} "$@" ;;
run) shift; exec podman {store} --runtime runc run --network host {limits} "$@" ;;
*) echo "This docker only builds and runs." >&2; exit 1 ;;
esac
"""


@contextmanager
def nothing(workshop: Workshop) -> Iterator[None]:
    """Only the copy of the repository."""
    yield


@contextmanager
def source_json(workshop: Workshop) -> Iterator[None]:
    """`source.json` in the copy of the repository."""
    workshop.write("repository/source.json", workshop.sandbox.configuration("direct", MARKET))
    yield


@contextmanager
def maesn_keys(workshop: Workshop) -> Iterator[None]:
    """Two keys, which the stand-in takes."""
    if workshop.installed:
        workshop.use_environment(workshop.repository / ".venv")
    workshop.replaced |= {
        "your API key": API_KEY,
        "your account key": f"sandbox-account-key-{MARKET}",
        "--output maesn.json": f"--output maesn.json --sandbox-url {workshop.sandbox.url}",
    }
    yield


@contextmanager
def cron(workshop: Workshop) -> Iterator[None]:
    """A folder for the job with both configurations, which share their tokens: of a company, and of an empty one."""
    folder = _job_folder(workshop, "/srv/sage")
    _write_copy(workshop, folder, str(folder / "tokens.json"))
    yield


@contextmanager
def systemd(workshop: Workshop) -> Iterator[None]:
    """The folder of the job, with an environment in it: a unit that names a command that is not there is refused."""
    folder = _job_folder(workshop, "/srv/sage")
    if not workshop.installed:
        workshop.use_environment(folder / ".venv")
    yield


@contextmanager
def meltano(workshop: Workshop) -> Iterator[None]:
    """A folder for the project with the configuration of the source."""
    folder = _job_folder(workshop, "/srv/meltano")
    workshop.write(f"{folder.name}/source.json", workshop.sandbox.configuration("direct", MARKET))
    yield


@contextmanager
def docker(workshop: Workshop) -> Iterator[None]:
    """A command `docker` without a daemon, a base image, and both configurations."""
    machine.prepare()
    with short_folder() as folder:
        engine, file_system, base = Engine.over(folder), folder / "file-system", f"localhost/base:{RELEASE}"
        try:
            base_image.make(RELEASE, file_system)
            engine.import_image(file_system, base, base_image.USER)
            _write_docker(workshop, engine, base, machine.build_secrets(folder))
            _write_copy(workshop, workshop.repository / "config", "/data/tokens.json")
            (workshop.repository / "config" / "source.json").rename(workshop.repository / "config" / "config.json")
            yield
        finally:
            engine.remove_all()


def add_resource(section: Sequence[Block], workshop: Workshop, log: Path) -> list[FailedStep]:
    """Follows the section in a copy of the packages: the test of that page does."""
    command = [sys.executable, "-m", "pytest", "-o", "addopts=--import-mode=importlib", RECIPE_TEST]
    with log.open("ab") as output:
        done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, check=False)
    return [] if done.returncode == 0 else [FailedStep(section[0].line, f"{RECIPE_TEST} fails")]


def _job_folder(workshop: Workshop, documented: str) -> Path:
    """The folder that stands in place of one of the page."""
    folder = workshop.folder / Path(documented).name
    folder.mkdir()
    workshop.replaced[documented] = str(folder)
    if workshop.installed:
        workshop.use_environment(folder / ".venv")
    return folder


def _write_copy(workshop: Workshop, folder: Path, token_path: str) -> None:
    """`source.json` and `destination.json` of a copy of a company into an empty one."""
    original, target = usable(workshop.sandbox, MARKET)[0], workshop.sandbox.add_company(MARKET, "Copy")
    common = workshop.sandbox.configuration("direct", MARKET) | {"token_path": token_path}
    # The stand-in shows at once what was created; the live service may take a minute.
    for name, company, options in (("source", original, {}), ("destination", target, {"settle_seconds": 2})):
        relative = os.path.relpath(folder / f"{name}.json", workshop.folder)
        workshop.write(relative, common | {"companies": [{"company_id": company.id}]} | options)


def _write_docker(workshop: Workshop, engine: Engine, base: str, secrets: Mapping[str, Path]) -> None:
    arguments = ["--build-arg", f"BASE_IMAGE={base}"]
    arguments += [part for name, path in secrets.items() for part in ("--secret", f"id={name},src={path}")]
    folder = workshop.folder / "tools"
    folder.mkdir()
    text = DOCKER.format(
        store=" ".join(map(quote, engine.store_options())),
        arguments=" ".join(map(quote, arguments)),
        limits=" ".join(LIMITS),
    )
    (folder / "docker").write_text(text, encoding="utf-8")
    (folder / "docker").chmod(0o755)
    workshop.path.append(str(folder))
