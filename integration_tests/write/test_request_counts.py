"""How many requests new documents cost: what was just looked at is not asked for again, and requests grow."""

from collections import Counter

import pytest

from integration_tests.destination import Destination, records
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

pytestmark = pytest.mark.parametrize("market", ["de"])
COUNT = 60


def test_a_draft_is_looked_for_before_and_after_its_creation_and_not_again(
    sandbox: Sandbox, company: Company, destination: Destination
) -> None:
    destination.set(settle_seconds=0)
    rich = RichRecords(sandbox, company)
    stock = [*records("customers", rich.of("customers", 20)), *records("items", rich.of("items", 20))]
    invoices = rich.of("invoices", COUNT)
    assert destination.write(stock).code == 0
    sandbox.requests.clear()
    outcome = destination.write(records("invoices", invoices))
    assert (outcome.code, destination.counts()) == (0, {"create": COUNT}), outcome.errors
    lookups = Counter(
        member
        for request in sandbox.requests
        for field in request.root_fields
        for member in ("remarks", "id")
        if field.name == "salesInvoices" and f"{member}: {{" in field.arguments
    )
    # Fifty marks of a request, before and after.
    assert lookups == {"remarks": 4}
    sizes = [len(request.root_fields) for request in sandbox.requests if request.kind == "mutation"]
    assert (sizes[0], sizes[-1], sum(sizes)) == (5, 10, COUNT)
