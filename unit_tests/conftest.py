"""What several unit tests share: a loopback server, secrets that are forgotten, and quick reading defaults."""

import signal
from collections.abc import Iterator

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets
from hypothesis import HealthCheck, settings

from sage_active.masking import SECRETS
from unit_tests.loopback import Loopback, Reply

# Under nohup it is ignored, and would stay so in the commands that the tests start.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The machine of a build may be slow; the number of examples bounds the time.
settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quick")


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
