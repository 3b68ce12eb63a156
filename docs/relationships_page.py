"""The page that shows which stream refers to which: `docs/relationships.md`, made from the table of resources."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from docs.markdown_table import table
from docs.references import Reference, references
from sage_active.markets import DIRECT
from sage_active.resources.bank import BANK
from sage_active.resources.company import COMPANY
from sage_active.resources.ledger import LEDGER
from sage_active.resources.master_data import MASTER_DATA
from sage_active.resources.purchases import PURCHASES
from sage_active.resources.reference_data import REFERENCE_DATA
from sage_active.resources.reports import REPORTS
from sage_active.resources.resource import Resource, Scope
from sage_active.resources.sales import SALES
from sage_active.resources.table import offered

INVOICES: Final = tuple(resource for resource in SALES if resource.on(DIRECT).type.startswith("SalesInvoice"))
AREAS: Final[Sequence[tuple[str, Sequence[Resource]]]] = (
    ("Customers, suppliers, items", MASTER_DATA),
    ("Invoices and credit notes", INVOICES),
    ("Quotes, orders, delivery notes, prices", [resource for resource in SALES if resource not in INVOICES]),
    ("Purchases", PURCHASES),
    ("Ledger", LEDGER),
    ("Bank", BANK),
    ("Reports", REPORTS),
    ("Lists of settings", REFERENCE_DATA),
    ("The company", COMPANY),
)
LISTED: Final = frozenset(resource.name for resource in REFERENCE_DATA)
SHOWN_MEMBERS: Final = 3
HEAD: Final = """# How streams refer to each other

Which stream leads to which, by which member, on the direct connection. `make docs` writes this page from the table of
resources and the schema; a test compares the two, and another follows the references through the sandbox's rows.

- Each box is a stream, each line a reference. A crow's foot stands at the end with many rows; every reference may be
  null.
- The pictures name the member alone, the tables its path. `[]` stands for the elements of a list: `lines[].productId`
  is the item of each line.
- Join by `company_id` too: an id is only sure to be unique within its company. {shared}
  belong to a market, whose code their `company_id` is: join them by the id alone.
- The pictures leave out the lists of settings (taxes, units, countries …), to which almost everything leads; the
  tables have every reference.
- Sales invoices and credit notes are one type in Sage Active, so a reference may lead to a row of either stream.
- A file may belong to the company itself, and a document may come from a template of invoices, which no stream has.
- `record_ids` refers to the row with its `id` in the stream that `object` names; `company_id` of every stream to
  `companies`.
"""
UNRESOLVED: Final = """
## Ids that lead to no stream

What they identify is not a stream, or is not published.

"""


def relationships_page() -> str:
    """Every area with its picture and its table."""
    shared = [f"`{resource.name}`" for resource in offered(DIRECT) if resource.scope(DIRECT) is Scope.MARKET]
    found = [(title, _references(resources)) for title, resources in AREAS]
    unresolved = [
        [f"`{reference.stream}`", f"`{reference.member}`"]
        for _, area in found
        for reference in area
        if not reference.targets
    ]
    return (
        HEAD.replace("{shared}", " and ".join(shared))
        + "".join(_section(title, area) for title, area in found)
        + UNRESOLVED
        + table(["stream", "member"], unresolved)
    )


def _references(resources: Iterable[Resource]) -> list[Reference]:
    read = set(offered(DIRECT))
    return [reference for resource in resources if resource in read for reference in references(resource)]


def _section(title: str, area: Sequence[Reference]) -> str:
    rows = [
        [f"`{reference.stream}`", f"`{reference.member}`", ", ".join(f"`{target}`" for target in reference.targets)]
        for reference in area
        if reference.targets
    ]
    picture = "\n".join(["```mermaid", "erDiagram", *_edges(area), "```"])
    return f"\n## {title}\n\n{picture}\n\n{table(['stream', 'member', 'leads to'], rows)}"


def _edges(area: Sequence[Reference]) -> Iterator[str]:
    """One line for each pair of streams, labelled with the members that join them."""
    drawn: dict[tuple[str, str], list[str]] = {}
    for reference in area:
        for target in reference.streams:
            if target not in LISTED or reference.stream in LISTED:
                drawn.setdefault((reference.stream, target), []).append(reference.member)
    for (stream, target), members in drawn.items():
        foot = "}o--o{" if all("[]" in member for member in members) else "}o--o|"
        yield f'    {stream} {foot} {target} : "{_label(members)}"'


def _label(members: Sequence[str]) -> str:
    if len(members) > SHOWN_MEMBERS:
        return f"{len(members)} members"
    return ", ".join(dict.fromkeys(member.rpartition(".")[2] for member in members))
