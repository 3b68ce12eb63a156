"""The sandbox's switches: one for every point on which the published sources disagree, are silent, or may change."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

MOST = 10_000_000_000
"""The largest number of a switch: as seconds, about 300 years."""


@dataclass
class Switches:
    """What the sandbox does where several behaviours are possible; every member may be changed while it runs.

    Assigning an unknown name or a value that the member does not allow raises ValueError (see `set`).
    """

    parent_dates_move: bool = True
    """Does a change of a child (line, address, open item ...) move the parent's modificationDate too."""
    null_dates: Literal["null", "0001"] = "null"
    """How the modificationDate of a record that was never changed is shown, filtered and sorted."""
    account_code: Literal["object", "flat"] = "object"
    """Shape of AccountingAccount.code: `{value}`, or a plain String (docs/reference/objects.md, "Disputed shapes")."""
    cursors: Literal["index", "keyset"] = "index"
    """What a cursor holds: the row's index in the result set, or the values of its sort key."""
    introspection: bool = False
    """Are `__schema` and `__type` answered; refused with HC0046 otherwise."""
    sdl: bool = False
    """Are `GET /graphql?sdl` and `GET /graphql/schema.graphql` answered; HTTP 404 otherwise."""
    max_field_cost: int = 650000
    """Cost above which a query is refused with HC0047 (docs/reference/queries.md, "Cost")."""
    cost_error_shape: Literal["fieldCost", "complexity"] = "fieldCost"
    """Names of the two numbers in the cost refusal: fieldCost/maxFieldCost or complexity/allowedComplexity."""
    access_token_seconds: int = 28800
    """Life of an access token."""
    refresh_rotation: bool = True
    """Does a refresh issue a new refresh token and kill the old one."""
    refresh_token_seconds: int = 2592000
    """Life of a refresh token."""
    clock_offset_seconds: float = 0
    """The server's clock minus the real time."""
    maesn_dates: Literal["all", "none", "some"] = "all"
    """Which of Maesn's rows carry their date of change."""
    maesn_filter: Literal["honoured", "ignored"] = "honoured"
    """Does Maesn's `lastModifiedAt` filter anything."""
    maesn_item_shape: Literal["array", "object"] = "array"
    """Shape of `data` where Maesn answers with one record."""
    maesn_lists_unusable: bool = False
    """Does `GET /auth/companies` list companies that answer 403 (its rows tell no status)."""
    maesn_pagination: Literal["always", "missing"] = "always"
    """Does Maesn send `meta.pagination` with its lists."""
    mutation_milliseconds: float = 0
    """Time that each mutation takes; the mutations of one request run one after the other."""
    execution_seconds: float = 30
    """Time after which a request is given up with HC0045; what was committed stays.

    Source: docs/reference/server-behaviour.md, "Several mutations in one request".
    """
    mutation_errors: Literal["own_field", "whole_null", "whole_null_stops"] = "own_field"
    """What one refused mutation makes null: its own field, or all of `data`; the last also leaves the rest undone."""
    mutation_transaction: bool = False
    """Does one refused mutation undo all others of its request."""
    error_paths: bool = True
    """Do the errors of mutations carry locations and path."""
    undocumented_errors: Literal["key", "text"] = "key"
    """How refusals without a published key are worded: a placeholder key, or English text."""
    fixed_members: Literal["ignored", "refused"] = "ignored"
    """What happens to members that cannot be modified after creation, when an update changes them."""
    empty_children: Literal["accepted", "refused"] = "accepted"
    """Are third parties without any address and invoices without any line created."""
    default_accounts: bool = True
    """Are default accounts for customers and suppliers configured; required by the caller in DE otherwise."""
    third_party_codes: Literal["automatic", "manual"] = "automatic"
    """Are the codes of customers and suppliers assigned by the server, or mandatory; DE is always automatic."""
    third_party_numbers_unique: Literal["object", "organization"] = "object"
    """Are documentId and vatNumber unique among customers and among suppliers, or among both together."""
    document_id_shape: Literal["checked", "any"] = "checked"
    """Must a domestic documentId have the length of its country's identification numbers."""
    vies_vat_number: Literal["recommended", "mandatory"] = "recommended"
    """Do third parties of other VIES countries need a vatNumber (docs/reference/objects.md, "Third parties")."""
    es_document_id: Literal["optional", "mandatory"] = "optional"
    """Do sales documents in ES need a documentId (docs/reference/documents.md, "Members taken from the customer")."""
    draft_numbers: Literal["closes", "kept", "ignored", "refused"] = "closes"
    """What becomes of a number that an update gives to an invoice's draft: closed with it, a draft that has it ...

    Source: docs/reference/documents.md, "Numbers and their series".
    """
    backdated_closing: Literal["accepted", "refused"] = "accepted"
    """Is a draft closed that is dated before the latest numbered document of its series.

    Source: docs/reference/documents.md, "Numbers and their series".
    """
    vat_rounding: Literal["line", "rate"] = "line"
    """Is the VAT of sales documents rounded line by line, or once for each rate.

    Source: docs/reference/documents.md, "Amounts".
    """
    sales_abroad: Literal["home", "exempt"] = "home"
    """Do sales to customers of other VIES countries have the item's rate, or none where the company has a rate of 0.

    Source: docs/reference/documents.md, "Amounts".
    """
    offset_days: Literal["written", "utc"] = "written"
    """Is a day that is sent with an offset the day as written, or the day that it is in UTC.

    Source: docs/reference/objects.md, "Days and moments".
    """
    replace_all: Literal["replaces", "ignored"] = "replaces"
    """Does `replaceAll` replace a list, or is it not there yet (docs/reference/writing.md, "Updates")."""
    document_numbers: Literal["unique", "repeatable"] = "unique"
    """May two sales documents of one kind have the same number, where the caller states it.

    Source: docs/reference/writing.md, "Repeatable creates".
    """
    quote_steps: Literal["actions", "statuses"] = "actions"
    """What updateDocumentStatus calls declining a quote and taking that back: after the action, or the new status.

    Source: docs/reference/documents.md, "Actions".
    """
    origin_lines: Literal["used", "pending"] = "used"
    """What lines of quotes and orders are once the document that took them over is deleted.

    Source: docs/reference/documents.md, "Links between documents".
    """
    deletion: Literal["careful", "free"] = "careful"
    """Are used records and numbered documents kept from deletion (docs/reference/objects.md, "Deletions")."""
    edition: Literal["Essentials", "Starter"] = "Essentials"
    """Edition of the companies that /admin/editions does not name; Starter has no accounting entries for anyone."""
    organizations_split: bool = True
    """Are the members of `organizationDetail` null in `organizations`, as since July 2026.

    Source: docs/reference/authentication.md, "Companies".
    """
    credit_note_sign: Literal["positive", "negative"] = "positive"
    """Sign of the totals and quantities of credit notes, their lines and open items.

    Source: docs/reference/documents.md, "Credit notes and advance invoices".
    """
    credit_note_drafts: Literal["reserve", "take_nothing"] = "reserve"
    """Does a draft of a credit note take what it credits from what can still be credited, or only once it is closed.

    Source: docs/reference/documents.md, "Credit notes and advance invoices".
    """
    negative_bills: Literal["accepted", "refused"] = "accepted"
    """Are there bills with a negative total, and their entries (docs/reference/purchases.md, "Vendor credits")."""
    bill_numbers: Literal["repeatable", "unique"] = "repeatable"
    """May two bills of one supplier have the same number (docs/reference/purchases.md, "Bills")."""
    bill_treatment: Literal["domestic", "intracommunity"] = "domestic"
    """Which of the treatments that fit the rate of a bill's VAT line comes first, and is taken if none is named.

    Source: docs/reference/purchases.md, "Bills".
    """
    entry_numbers: Literal["company", "exercise", "journal", "exercise_and_journal"] = "company"
    """Within what the number of an accounting entry is unique (docs/reference/accounting.md, "Creating entries")."""
    entry_tax_registers: Literal["consistent", "never"] = "consistent"
    """Do entries that are created get a tax register where accounts, tax codes and amounts agree, or never.

    Source: docs/reference/accounting.md, "Creating entries".
    """
    bank_feed: Literal["absent", "pending", "booked"] = "absent"
    """Does a settled payment come from the bank too: no, as a movement to be linked, or as one with its own entry.

    Source: docs/reference/accounting.md, "Bank accounts and movements".
    """
    overpayments: Literal["refused", "accepted"] = "refused"
    """May a settlement pay more than is open of an item."""
    unmatching: Literal["removes_row", "keeps_row"] = "removes_row"
    """What becomes of the payment of an entry line whose match is undone: it is gone, or it loses its letter and id."""
    owned_dates_move: bool = True
    """Does a change of an owned single object (payment, third party ...) move the dates of all that it belongs to."""
    owned_filters: Literal["accepted", "refused"] = "accepted"
    """Do filters have the owned single objects of a row (`accountingEntryPayment`, `mainAddress` ...)."""
    days: Literal["utc", "local"] = "utc"
    """Is a day midnight in UTC, or local midnight, shown in UTC (docs/reference/objects.md, "Days and moments")."""
    withholding: Literal["inside", "outside"] = "inside"
    """Do open items leave out what the customer withholds (ES): they add up to totalLiquid, or to it with IRPF."""
    report_accounts: Literal["collective", "personal"] = "collective"
    """Does the trial balance show accounts of third parties as one row, or one row for each third party."""
    comparative_reports: Literal["same_year", "year_before"] = "same_year"
    """What the accumulated amounts of comparative reports are: nothing new, or the same days of the exercise before."""
    preview_entries: Literal["counted", "left_out"] = "counted"
    """Do reports count the entries of a year-end process that is not final (YEAR_END_PROCESS_PREVIEW)."""
    report_line_types: Literal["number", "name"] = "number"
    """How lineType of statements is written (docs/reference/objects.md, "Disputed shapes")."""
    aggregate_shape: Literal["list", "object"] = "list"
    """Does the field `aggregate` answer a list, or one object (docs/reference/queries.md, "Aggregation")."""
    files_sort: Literal["business_date", "upload_date_too"] = "business_date"
    """By what files can be sorted (docs/reference/files.md, "List of files")."""
    scan_seconds: float = 0
    """How long the virus scan hides a file that was uploaded (docs/reference/files.md, "Uploads")."""
    virus_scan: Literal["passes", "rejects"] = "passes"
    """What the virus scan makes of a file: it is Done, or Rejected and never listed."""
    uploaded_names: Literal["without_extension", "as_sent"] = "without_extension"
    """What becomes of an extension in the name of an upload (docs/reference/files.md, "Uploads")."""
    file_links: Literal["open", "signed_in"] = "open"
    """Does a link to a file need the key and a token, or nothing but itself."""
    maesn_planned: Literal["absent", "refused", "empty", "rows"] = "absent"
    """What Maesn answers for accounts, credit notes, dimensions and vendor credits: 404, 405, no rows, or rows."""
    maesn_invoice_number: Literal["ignored", "kept"] = "ignored"
    """What Maesn makes of an invoiceNumber on create: nothing, or a closed invoice with this number."""
    maesn_invoice_key: Literal["invoiceId", "id", "both"] = "invoiceId"
    """What carries the key of Maesn's invoices: `invoiceId` as in the contract, `id` as on newer pages, or both."""
    maesn_error_shape: Literal["inside", "beside"] = "inside"
    """Where Maesn's `validationErrors` stand: inside of `errors`, or beside it."""

    def set(self, name: str, value: Any) -> None:
        """Assign one switch; text is converted ("true", "500"), anything that does not fit raises ValueError."""
        if name not in KINDS:
            raise ValueError(f"unknown switch {name!r}; there are {', '.join(KINDS)}")
        setattr(self, name, _converted(name, KINDS[name], value))

    def as_dict(self) -> dict[str, Any]:
        """All switches by name, JSON-able."""
        return {name: getattr(self, name) for name in KINDS}

    @classmethod
    def parse(cls, settings: Iterable[str]) -> "Switches":
        """From texts such as ``introspection=true``; ValueError names the one that does not fit."""
        switches = cls()
        for setting in settings:
            name, separator, value = setting.partition("=")
            if not separator:
                raise ValueError(f"a switch is written name=value, not {setting!r}")
            switches.set(name.strip(), value.strip())
        return switches


def _converted(name: str, kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        raise ValueError(f"switch {name} is one of {', '.join(get_args(kind))}, not {value!r}")
    if kind is bool:
        spellings = {"true": True, "false": False, "1": True, "0": False}
        found = value if isinstance(value, bool) else spellings.get(str(value).lower())
        if found is None:
            raise ValueError(f"switch {name} is true or false, not {value!r}")
        return found
    if isinstance(value, bool):
        raise ValueError(f"switch {name} is a number, not {value!r}")
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError) as problem:
        raise ValueError(f"switch {name} is a number, not {value!r}") from problem
    if not -MOST <= number <= MOST:
        raise ValueError(f"switch {name} is a number from {-MOST} to {MOST}, not {value!r}")
    return number


KINDS: dict[str, Any] = {member.name: get_type_hints(Switches)[member.name] for member in fields(Switches)}
"""Type of each switch by name, in their order."""
