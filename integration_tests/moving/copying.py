"""A company with years of books, and its copy: the source piped into the destination."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from integration_tests.connector import Connector, Outcome
from integration_tests.destination import Destination
from integration_tests.expected import usable
from integration_tests.pipe import KEY, piped
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

# The streams of docs/moving-a-company.md; a test compares the two.
STREAMS: Final = (
    "accounts",
    "journals",
    "payment_means",
    "payment_terms",
    "business_areas",
    "customers",
    "suppliers",
    "items",
    "quotes",
    "sales_orders",
    "delivery_notes",
    "invoices",
    "bills",
    "journal_entries",
)
DOCUMENTS: Final = ("quotes", "sales_orders", "delivery_notes", "invoices", "bills")
# The options of the streams by market: only Spain has several journals for bills.
BILL_JOURNALS: Final[Mapping[str, Mapping[str, str]]] = {"ES": {"journal": "COM"}}


def options(market: str) -> dict[str, Any]:
    """The configuration of docs/moving-a-company.md, without connection and companies."""
    further: dict[str, Mapping[str, Any]] = {
        "invoices": {"keep_numbers": True},
        "bills": BILL_JOURNALS.get(market, {}),
    }
    return {
        "streams": [
            {"stream": name, "object": name, "target_state": "record", **further.get(name, {})} for name in DOCUMENTS
        ],
        "final_acts": {"objects": [*DOCUMENTS, "journal_entries"], "pilot": 0},
        "entries_with_vat": "allow",
        "require_totals": True,
        "allow_external_effects": [],
    }


class CompanyCopy:
    """The first company of a market, and a company that begins its books and is to become like it."""

    def __init__(self, sandbox: Sandbox, market: str, folder: Path) -> None:
        self.origin: Final[Company] = usable(sandbox, market)[0]
        self.copy: Final = sandbox.add_company(market, "Copy", open_years=True)
        # Nothing writes employees: a person has entered them.
        self.copy.tables["Employee"] = dict(sandbox.store.table(self.origin.id, "Employee"))
        tokens, source = str(folder / "tokens.json"), folder / "source"
        source.mkdir(parents=True)
        chosen = {"companies": [{"company_id": self.origin.id}], "token_path": tokens}
        self._source = Connector.over(sandbox, "direct", market, source, apply_controls=False, **chosen)
        # Nothing was sent before, so nothing has to be waited for.
        self.destination: Final = Destination.over(
            sandbox,
            "direct",
            self.copy,
            folder / "destination",
            token_path=tokens,
            settle_seconds=0,
            company_map=[{"source_company_id": self.origin.id, "company_id": self.copy.id}],
            **options(self.origin.market),
        )

    def run(self) -> Outcome:
        """Copies the company, or what of it is not there yet."""
        return piped(self._source, self.destination, STREAMS)

    def run_here(self) -> Outcome:
        """The same in this process, which takes less time."""
        lines = [line.text + b"\n" for line in self._source.read(STREAMS).lines]
        return self.destination.write(lines, STREAMS, primary_key=KEY)
