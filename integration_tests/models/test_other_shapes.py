"""The same figures where credit notes have negative amounts, and codes of accounts and all dates are texts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.models.conftest import warehouse
from integration_tests.models.test_ageing import (
    test_receivables_are_the_open_items_of_invoices_and_credit_notes,
    test_what_is_open_today_is_the_ledgers_balance,
)
from integration_tests.models.test_sales import test_every_line_that_was_invoiced
from integration_tests.models.test_trial_balance import test_the_ledger_is_the_servers_trial_balance
from integration_tests.models.test_vat import test_every_treatment_and_rate_of_every_month
from integration_tests.models.world import ROWS, SEED, World, prepare, read_into, usual_prices
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

__all__ = [
    "test_every_line_that_was_invoiced",
    "test_every_treatment_and_rate_of_every_month",
    "test_receivables_are_the_open_items_of_invoices_and_credit_notes",
    "test_the_ledger_is_the_servers_trial_balance",
    "test_what_is_open_today_is_the_ledgers_balance",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A market that is read under the other settings."""
    switches = Switches(credit_note_sign="negative", account_code="flat")
    with Sandbox(rows=ROWS, companies_per_market=1, seed=SEED, switches=switches) as sandbox:
        usual_prices(sandbox)
        prepare(sandbox)
        folder: Path = tmp_path_factory.mktemp("models-other-shapes")
        yield read_into(warehouse("other_shapes", folder, "TEXT"), sandbox, "es", folder)
