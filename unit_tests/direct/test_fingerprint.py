"""What shapes a read is told apart; which company it is of, and from when on, is not."""

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Final

import pytest

from sage_active.client import Company, ReadRequest
from sage_active.direct.contract import Contract
from sage_active.direct.fingerprint import fingerprint
from sage_active.resources.resource import ByDate, DirectResource, Resource, Whole
from sage_active.resources.table import RESOURCE_BY_NAME

CONTRACT: Final = Contract()
MOMENT: Final = datetime(2024, 1, 1, tzinfo=timezone.utc)
INVOICES: Final = ReadRequest(RESOURCE_BY_NAME["invoices"], Company("c1", "One", "DE", None, True), {})


def of(**changes: Any) -> str | None:
    """The fingerprint of a read of invoices with these changes."""
    return fingerprint(CONTRACT, replace(INVOICES, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": {"properties": {"operationalNumber": {}}}},
        {"not_before": MOMENT},
        {"open_documents": True},
        {"resource": RESOURCE_BY_NAME["customers"]},
        {"resource": Resource(name="invoices", direct=DirectResource(root="salesInvoices", type="SalesInvoice"))},
    ],
    ids=["fields", "start_date", "reread_open_documents", "resource", "filter"],
)
def test_another_shape_has_another_fingerprint(changes: dict[str, Any]) -> None:
    assert of(**changes) != of()
    assert of(**changes) == of(**changes)


def test_neither_company_nor_moment_shape_a_read() -> None:
    assert of(company=Company("c2", "Two", "DE", None, True), since=MOMENT) == of()
    assert of() == fingerprint(Contract(), INVOICES)


@pytest.mark.parametrize(
    "read", [Whole(), ByDate(order="creationDate", changed=("creationDate",))], ids=["whole", "by date"]
)
def test_reads_without_windows_have_none(read: Any) -> None:
    binding = DirectResource(root="customers", type="Customer", read=read)
    assert of(resource=Resource(name="customers", direct=binding)) is None
