"""Records of bills, made up without chance, and a destination whose company has the suppliers that they name."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from integration_tests.connector import Outcome
from integration_tests.destination import Destination, records, state
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

Data = dict[str, Any]
SUPPLIERS = 10
FIRST_SUPPLIER = 80001
# Of each market the usual rate, its tax and treatment by their natural keys, an account, and the journal of bills.
RATES = {"DE": 19, "ES": 21, "FR": 20}
TAXES = {"DE": ("USt 19 %", "UST"), "ES": ("IVA 21 %", "IVA"), "FR": ("TVA 20 %", "TVA")}
TREATMENTS = {"DE": "9", "ES": "S21", "FR": "D20"}
ABROAD = {"DE": "19", "ES": "AIB21", "FR": "AIC20"}
JOURNALS = {"DE": "ER", "ES": "COM", "FR": "ACH"}
POSTED = [{"stream": "bills", "object": "bills", "target_state": "posted"}]


def posted_to(journal: str) -> list[Data]:
    """The option by which bills are posted to a journal."""
    return [{**POSTED[0], "journal": journal}]


def supplier(number: int, market: str, **more: Any) -> Data:
    """The record of one supplier."""
    code = str(FIRST_SUPPLIER + number)
    return {"code": code, "socialName": f"Supplier {code}", "countryAcronym": market, "addresses": [], **more}


def over(sandbox: Sandbox, company: Company, folder: Path, *suppliers: Data, **options: Any) -> Destination:
    """A destination for a company that has suppliers, one at home unless others are given."""
    settings = {"settle_seconds": 0, "max_rejected_percent": 100, "require_totals": True, **options}
    settings.setdefault("final_acts", {"objects": ["bills"], "pilot": 0})
    destination = Destination.over(sandbox, "direct", company, folder, **settings)
    outcome = destination.write(records("suppliers", suppliers or [supplier(0, company.market)]))
    assert outcome.code == 0, outcome.errors
    sandbox.mutations.clear()
    sandbox.requests.clear()
    return destination


def rated(market: str, base: Any, **more: Any) -> Data:
    """A VAT line that states its rate alone."""
    tax = round(Decimal(str(base)) * RATES[market] / 100, 2)
    return {"totalVatBase": base, "totalVat": tax, "vatPercentage": RATES[market], **more}


def named(market: str, base: Any, treatment: str | None = None, **more: Any) -> Data:
    """A VAT line that names tax and treatment, as the source emits them."""
    name, kind = TAXES[market]
    return {
        **rated(market, base),
        "tax": {"name": name, "percentage": RATES[market], "taxType": kind},
        "taxTreatment": {"taxCode": treatment or TREATMENTS[market]},
        **more,
        "vatPercentage": None,
    }


def bill(number: str, *lines: Data, **more: Any) -> Data:
    """A bill of these lines, of the first supplier."""
    return {
        "id": f"bill {number}",
        "supplier": {"code": str(FIRST_SUPPLIER)},
        "invoiceNumber": number,
        "invoiceDate": "2026-03-10",
        "operationDate": "2026-03-09",
        "totalLiquid": sum(Decimal(str(line["totalVatBase"])) + line["totalVat"] for line in lines),
        "vatLines": list(lines),
        **more,
    }


def bills(market: str, count: int) -> list[Data]:
    """So many bills of ten suppliers, with one line or two; every second one names its treatments."""
    rows = []
    for number in range(count):
        line = (rated, named)[number % 2]
        lines = [line(market, Decimal(f"{100 + number}.{part}0")) for part in range(1, number % 2 + 2)]
        rows.append(
            bill(
                f"RE-{number:05}",
                *lines,
                supplier={"code": str(FIRST_SUPPLIER + number % SUPPLIERS)},
                invoiceDate=f"2026-{number % 9 + 1:02}-{number % 28 + 1:02}T00:00:00.000Z",
                operationDate=f"2026-{number % 9 + 1:02}-01T00:00:00.000Z",
                firstDueDate=f"2026-10-{number % 28 + 1:02}T00:00:00.000Z",
                **({} if market == "ES" else {"hasCashVat": number % 3 == 0}),
            )
        )
    return rows


def suppliers(market: str) -> list[Data]:
    """The suppliers of these bills."""
    return [supplier(number, market) for number in range(SUPPLIERS)]


def stored(sandbox: Sandbox, company: Company) -> list[Row]:
    """The bills that the sandbox holds."""
    return list(sandbox.store.table(company.id, "PurchaseInvoice").values())


def reasons(destination: Destination) -> list[tuple[str, str | None]]:
    """Why records were not written: code and member."""
    return [(rejection["rejected_reason"], rejection["rejected_field"]) for rejection in destination.rejected()]


def statuses(rows: Sequence[Row]) -> dict[str, str]:
    """The status of each bill by its number."""
    return {row["invoiceNumber"]: row["status"] for row in rows}


def write(destination: Destination, *rows: Mapping[str, Any], mode: str = "append_dedup") -> Outcome:
    """Writes bills, and a STATE after them."""
    return destination.write([*records("bills", rows), state("bills", 1)], {"bills": mode})


def plain(number: str = "RE-1", base: Any = 100, **more: Any) -> Data:
    """A bill at home of one line that states its rate alone."""
    return bill(number, rated("DE", base), **more)


def edited(sandbox: Sandbox, company: Company, **members: Any) -> Row:
    """The one bill of the company, changed by somebody else."""
    (row,) = stored(sandbox, company)
    row.update(members)
    return row
