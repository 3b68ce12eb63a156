"""A server that cannot be reached, and a renewal whose answer never arrives."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airbyte_cdk.models import Status

from integration_tests.connector import Connector
from integration_tests.expected import rows, usable
from integration_tests.unreachable import UNKNOWN_HOST, resetting_host
from sage_active.errors import SageActiveError
from sage_active.http.retry_policy import RetryPolicy
from sage_active_sandbox.sandbox import Sandbox
from source_sage_active import source as source_module
from source_sage_active.source import SourceSageActive

Connect = Callable[..., Connector]
LITTLE_PATIENCE = RetryPolicy(connect=1.0, read=1.0, answer=2.0, tries=1.0, first_pause=0.02, longest_pause=0.1)
LOGGER = logging.getLogger("airbyte")


@pytest.fixture(params=["dns failure", "tls reset"])
def nowhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where nobody answers."""
    if request.param == "dns failure":
        yield UNKNOWN_HOST
    else:
        with resetting_host() as address:
            yield address


def test_check_says_what_cannot_be_reached(
    standing: Sandbox, nowhere: str, connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "INTERACTIVE_RETRIES", LITTLE_PATIENCE)
    config: dict[str, Any] = {**standing.configuration(connection, "de"), "sandbox_url": nowhere}
    status = SourceSageActive(emit_now=lambda _: None).check(LOGGER, config)
    assert status.status is Status.FAILED
    assert status.message
    assert "could not be reached" in status.message
    assert "hosts named in the documentation" in status.message


def test_read_gives_up_within_its_patience(standing: Sandbox, connect: Connect, nowhere: str, connection: str) -> None:
    connector = connect(standing, connection)
    catalog = source_module.SourceSageActive.read_catalog(
        str(connector.write("catalog.json", connector.configured(["customers"])))
    )
    config = {**connector.config, "sandbox_url": nowhere}
    began = time.monotonic()
    with pytest.raises(SageActiveError, match="could not be reached"):
        list(SourceSageActive(emit_now=lambda _: None, retry_policy=LITTLE_PATIENCE).read_pages(config, catalog))
    assert time.monotonic() - began < 10.0


def test_lost_answer_of_a_renewal_is_asked_for_again_where_tokens_do_not_rotate(
    sandbox: Sandbox, connect: Connect
) -> None:
    sandbox.change_switches({"refresh_rotation": False})
    sandbox.faults.add("token_lost")
    outcome = connect(sandbox, "direct").read(["customers"])
    assert outcome.code == 0
    for company in usable(sandbox, "de"):
        assert outcome.ids("customers", company.id, "id") == sorted(rows(sandbox, company.id, "customers"))


def test_lost_answer_of_a_renewal_fails_in_words_where_they_do(sandbox: Sandbox, connect: Connect) -> None:
    connector = connect(sandbox, "direct")
    connector.streams()
    sandbox.faults.add("token_lost")
    outcome = connector.read(["customers"])
    assert outcome.code == 1
    assert outcome.seconds < 5.0
    assert "already used" in outcome.errors[0]["message"]
    assert "Sign in again" in outcome.errors[0]["message"]
