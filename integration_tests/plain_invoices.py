"""Invoices of one item for one customer, whose amounts are easy to tell, and a destination that can take them."""

from pathlib import Path
from typing import Any

from integration_tests.destination import Destination, record
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

DIRECT, MAESN = "direct", "maesn"
# The sandbox's items have the first tax group: 19 percent.
ITEM: dict[str, dict[str, Any]] = {
    DIRECT: {"code": "P1", "name": "Part", "salesUnitPrice": 9},
    MAESN: {"itemNumber": "P1", "name": "Part"},
}
CUSTOMER: dict[str, dict[str, Any]] = {
    DIRECT: {"code": "10600", "socialName": "Buyer", "addresses": [{"name": "Main", "countryIsoCodeAlpha2": "DE"}]},
    MAESN: {"number": "10600", "companyName": "Buyer", "contactType": "COMPANY"},
}
KEY = {DIRECT: "externalReference", MAESN: "reference"}


def over(sandbox: Sandbox, company: Company, folder: Path, connection: str, **options: Any) -> Destination:
    """A destination for a company that has a customer and an item."""
    destination = Destination.over(
        sandbox,
        connection,
        company,
        folder,
        **{"settle_seconds": 0, "max_rejected_percent": 100, "document_key": KEY[connection], **options},
    )
    lines = [record("customers", CUSTOMER[connection]), record("items", ITEM[connection])]
    assert destination.write(lines, modes(connection, "customers", "items")).code == 0
    sandbox.mutations.clear()
    sandbox.requests.clear()
    return destination


def modes(connection: str, *streams: str) -> dict[str, str]:
    """What a connection offers: upsert directly, append through Maesn."""
    return dict.fromkeys(streams, "append_dedup" if connection == DIRECT else "append")


def invoice(number: str, *prices: Any, rate: Any = None, **more: Any) -> dict[str, Any]:
    """A direct record with one line for each price."""
    lines = [{"product": {"code": "P1"}, "totalQuantity": 1, "unitPrice": price} for price in prices]
    rated = [line | ({} if rate is None else {"vatPercentage": rate}) for line in lines]
    return {
        "id": number,
        "externalReference": number,
        "customer": {"code": "10600"},
        "documentDate": "2026-03-31",
        "lines": rated,
        **more,
    }
