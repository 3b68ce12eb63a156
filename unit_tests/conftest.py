"""What several unit tests share: a loopback server, secrets that are forgotten, and quick reading defaults."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets
from hypothesis import HealthCheck, settings

from sage_active.masking import SECRETS
from unit_tests.loopback import Loopback, Reply

# Under nohup it is ignored, and would stay so in the commands that the tests start.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

SANDBOX_FIXTURES = frozenset({"sandbox", "standing"})
# A module of which no test is quick.
IS_SLOW = re.compile(r"^(from \S+ import .*\bSandbox\b|pytestmark = pytest\.mark\.slow$)", re.MULTILINE)
# The machine of a build may be slow; the number of examples bounds the time.
settings.register_profile("full", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("full"), max_examples=10)
settings.load_profile("full")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What has no quick test is not even imported for `-m quick`: that takes longer than many tests."""
    if config.option.markexpr != "quick":
        return None
    if collection_path.suffix != ".py":
        return True if collection_path.name == "sandbox" else None
    is_module = collection_path.name.startswith("test_")
    return True if is_module and IS_SLOW.search(collection_path.read_text(encoding="utf-8")) else None


def pytest_configure(config: pytest.Config) -> None:
    """`-m quick` is for while one works: it also tries fewer examples of each property."""
    if config.option.markexpr == "quick":
        settings.load_profile("quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is quick unless it starts the sandbox or is marked as slow."""
    for item in items:
        module = getattr(item, "module", None)
        uses_sandbox = hasattr(module, "Sandbox") or SANDBOX_FIXTURES.intersection(getattr(item, "fixturenames", ()))
        if not uses_sandbox and "sandbox" not in item.path.parts and item.get_closest_marker("slow") is None:
            item.add_marker("quick")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A running server that answers `{}` until it is scripted."""
    with Loopback(Reply()) as server:
        yield server


@pytest.fixture(autouse=True)
def forgotten_secrets() -> Iterator[None]:
    """The CDK keeps secrets for the whole process; no test may mask another one's output."""
    SECRETS.clear()
    update_secrets([])
    yield
    SECRETS.clear()
    update_secrets([])
