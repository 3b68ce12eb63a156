"""The page about streams, made from the table of resources."""

from typing import Final

from docs.markdown_table import table
from docs.stream_contents import CONTENTS
from sage_active.client import CURSOR_COLUMN
from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import is_dated
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.capabilities import cell
from sage_active.resources.resource import READ, Cell, Resource, Scope
from sage_active.resources.table import RESOURCES, offered
from source_sage_active.deletions import RECORD_IDS
from source_sage_active.record_ids import KEY as RECORD_ID_KEY
from source_sage_active.streams import COMPANIES, primary_key

HEAD: Final = """# Streams

What the source reads, in the order of `discover`. `make docs` writes this page from the table in
`sage_active/resources/`; a test compares the two. [Objects](objects.md) tells where a stream comes from and what its
cursor is made of.

- *Incremental* streams have the cursor `updated_at`. The others are read in full: they have no dates, or change
  without one.
- A stream with a star is suggested for a new connection.
- What is *planned* through Maesn is read as soon as Maesn answers: see
  [planned objects](sources/sage-active.md#planned-objects).
- Streams of a market (`currencies`, `countries`) are read once for all its companies; their `company_id` is the code
  of the market.
- Reports are worked out by Sage Active at the moment of the read. Neither they nor plain lists and settings have a
  count by which they could be proved complete; the log says so.

## All streams

"""
NOTES: Final = """
## What is easily taken for something else

- **Invoiced sales** are the invoices without those of the type `PAYMENT_IN_ADVANCE`, minus the credit notes. An
  advance is deducted in the invoice that follows it, so counting both would count it twice. Whether the amounts of
  credit notes are positive or negative is not published.
- **`invoice_lines`** holds the lines of everything that is stored as a sales invoice: credit notes, advance invoices
  and drafts too. `salesInvoiceId` leads to `invoices` or `credit_notes`, which tell type and status.
- **Transactions**: the entries of the ledger are `journal_entries`, the movements of the bank `bank_transactions`.
  What Maesn calls transactions is bank money, of which it has no list to read.
- **Purchase orders and vendor credits** do not exist in Sage Active's API, so directly no stream has them. Nearest to a
  vendor credit are, in France, bills with `isEInvoiceCreditNote`, in Spain entries in a journal with `isCreditNote`.
- **Nested lists and streams of their own** hold the same rows: `lines` of `invoices` and `invoice_lines`, for
  instance. After a line was deleted only the list in its document is right; the stream of lines keeps the row.
- **`trial_balance`** and **`third_party_balances`** of an open fiscal year are reports of its periods, those of a
  closed one a single report.
- **`report_positions`** has the accounts that are booked on in any fiscal year, and those that collect third parties.
"""


def streams_page() -> str:
    """Every stream with its key, its cursor and what it contains."""
    head = ["stream", "primary key", "cursor", "incremental", "through Maesn", "personal data", "contains"]
    read = [resource for resource in RESOURCES if resource in offered(DIRECT) or resource in offered(MAESN)]
    key = ", ".join(f"`{name}`" for name in RECORD_ID_KEY)
    record_ids = [f"`{RECORD_IDS}`", key, "", "no", "no", "", CONTENTS[RECORD_IDS]]
    companies = [f"`{COMPANIES}` *", "`id`, `name`", "", "no", "yes", "", CONTENTS[COMPANIES]]
    return HEAD + table(head, [*map(_cells, read), record_ids, companies]) + NOTES


def _cells(resource: Resource) -> list[str]:
    is_incremental = resource.direct is None or is_dated(Contract(), resource.direct)
    return [
        f"`{resource.name}`{' *' if resource.suggested else ''}",
        _key(resource),
        f"`{CURSOR_COLUMN}`" if is_incremental else "",
        "yes" if is_incremental else "no",
        _through_maesn(resource),
        "yes" if resource.personal else "",
        CONTENTS[resource.name] + (" (of the market)" if resource.scope(DIRECT) is Scope.MARKET else ""),
    ]


def _through_maesn(resource: Resource) -> str:
    is_planned = cell(resource, MAESN, READ) is Cell.PLANNED
    return "no" if resource not in offered(MAESN) else "planned" if is_planned else "yes"


def _key(resource: Resource) -> str:
    keys = {
        connection: ", ".join(f"`{name}`" for name in primary_key(resource, connection))
        for connection in (DIRECT, MAESN)
        if resource in offered(connection)
    }
    first, *others = dict.fromkeys(keys.values())
    return f"{first} (Maesn: {others[0]})" if others else first
