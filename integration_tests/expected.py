"""What the sandbox holds, and what a read must deliver of it; worked out without the connector."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, get_named_type

from sage_active_sandbox.maesn.mapping import Lookup, record
from sage_active_sandbox.maesn.objects import OBJECTS
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

TYPES = {"customers": "Customer", "suppliers": "Supplier", "items": "Product", "invoices": "SalesInvoice"}
CREDIT_NOTE = "CREDIT_NOTE"
FINAL_STATUS = "Collected"
NO_DATE = datetime(1, 1, 1, tzinfo=UTC)
NEVER = {"null": None, "0001": "0001-01-01T00:00:00.000Z"}


def key_of(connection: str, stream: str) -> str:
    """The member that identifies a record in its company."""
    return "invoiceId" if (connection, stream) == ("maesn", "invoices") else "id"


def usable(sandbox: Sandbox, market: str) -> list[Company]:
    """The companies of a market that can be read."""
    return [company for company in listed(sandbox, market) if company.usable]


def listed(sandbox: Sandbox, market: str) -> list[Company]:
    """All companies of a market."""
    return [company for company in sandbox.store.companies.values() if company.market == market.upper()]


def selection(sandbox: Sandbox, market: str) -> list[dict[str, str]]:
    """The option `companies` that names every usable company."""
    return [{"company_id": company.id} for company in usable(sandbox, market)]


def rows(sandbox: Sandbox, company_id: str, stream: str) -> dict[str, Row]:
    """The rows that belong to a stream; credit notes are no invoices."""
    table = sandbox.store.table(company_id, TYPES[stream])
    return {row_id: row for row_id, row in table.items() if row.get("type") != CREDIT_NOTE}


def own_change(row: Row) -> datetime | None:
    """When a row was changed last, or created; None when nobody knows."""
    moment: datetime | None = row["modificationDate"] or row["creationDate"]
    return moment


def all_dates(row: Row) -> Iterator[datetime]:
    """Dates of creation and change of a row and of everything that it owns."""
    yield from (row[name] for name in ("creationDate", "modificationDate") if row.get(name))
    for value in row.values():
        for child in value if isinstance(value, list) else ():
            if isinstance(child, dict):
                yield from all_dates(child)


def changed(sandbox: Sandbox, connection: str, company_id: str, stream: str, since: datetime) -> set[str]:
    """The ids of the rows that an incremental read from `since` on must deliver, no more and no less.

    Directly: every row with any date at or after `since`, rows without dates of their own, and documents that are not
    final. Through Maesn: the rows whose own date is, documents that are not final, or everything where some row has no
    date.
    """
    since = since.replace(microsecond=0)
    known = rows(sandbox, company_id, stream)
    still_open = {row_id for row_id, row in known.items() if stream == "invoices" and row["status"] != FINAL_STATUS}
    if connection == "direct":
        undated = {row_id for row_id, row in known.items() if (own_change(row) or NO_DATE).year == NO_DATE.year}
        recent = {row_id for row_id, row in known.items() if any(date >= since for date in all_dates(row))}
        return still_open | undated | recent
    dates = {row_id: own_change(row) for row_id, row in known.items()}
    if None in dates.values():
        return set(known)
    return still_open | {row_id for row_id, date in dates.items() if date is not None and date >= since}


def shown_by_maesn(sandbox: Sandbox, company_id: str, stream: str, row: Row) -> dict[str, Any]:
    """A row as the sandbox's Maesn sends it."""
    return record(row, OBJECTS[stream].mapping, Lookup(sandbox.store, company_id, lambda _: True))


def as_sent(value: Any) -> Any:
    """A stored value as JSON carries it: moments cut to milliseconds, numbers exact."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if isinstance(value, Mapping):
        return {name: as_sent(inner) for name, inner in value.items()}
    return [as_sent(inner) for inner in value] if isinstance(value, list) else value


def differences(sandbox: Sandbox, company_id: str, data: Mapping[str, Any], row: Row, where: str = "") -> Iterator[str]:
    """Where a record of the direct connection differs from its stored row; children are paired by their position."""
    for name, value in data.items():
        path = f"{where}.{name}"
        stored = row.get(name)
        if name == "modificationDate" and stored is None:
            yield from _unequal(path, value, NEVER[sandbox.switches.null_dates])
        elif name == "taxes":
            taxes = sandbox.store.table(company_id, "Tax").values()
            group = row["taxGroupId"]
            held = {tax["id"] for tax in taxes if group is not None and tax["groupId"] == group}
            yield from _unequal(path, {tax["id"] for tax in value}, held)
        elif isinstance(value, dict) and f"{name}Id" in row:
            yield from _unequal(path, value["id"], row[f"{name}Id"])
        elif isinstance(value, dict) and isinstance(stored, dict):
            yield from differences(sandbox, company_id, value, stored, path)
        elif isinstance(value, list) and isinstance(stored, list) and any(isinstance(item, dict) for item in stored):
            yield from _unequal(path, len(value), len(stored))
            for index, (element, child) in enumerate(zip(value, stored, strict=False)):
                yield from differences(sandbox, company_id, element, child, f"{path}[{index}]")
        elif value is None and stored is None:
            continue
        else:
            yield from _unequal(path, value, as_sent(stored))


def missing_leaves(data: Mapping[str, Any], type_name: str, where: str = "") -> Iterator[str]:
    """Leaves that the schema file has and a record of the direct connection lacks, in itself or in what it owns."""
    declared = _schema().type_map[type_name]
    assert isinstance(declared, GraphQLObjectType)
    for name, field in declared.fields.items():
        named = get_named_type(field.type)
        if not isinstance(named, GraphQLObjectType):
            if name not in data:
                yield f"{where}.{name}"
        # References come as id and natural key, and not at all where they lead back to the parent.
        elif name in data and f"{name}Id" not in declared.fields and (type_name, name) != ("Product", "taxes"):
            value = data[name]
            for child in value if isinstance(value, list) else [value]:
                if child is not None:
                    yield from missing_leaves(child, named.name, f"{where}.{name}")


@cache
def _schema() -> GraphQLSchema:
    return build_schema((files("sage_active") / "sage-active.graphql").read_text(encoding="utf-8"), assume_valid=True)


def _unequal(path: str, found: Any, held: Any) -> Iterator[str]:
    same = str(found) == str(held) if isinstance(held, Decimal) else found == held
    if not same:
        yield f"{path}: the record has {found!r}, the sandbox {held!r}"


def latest_of(data: Mapping[str, Any]) -> str | None:
    """The latest date that a record tells, those of the children it owns included; in the cursor's notation."""
    own_dates = [data["updated_at"]] if data.get("updated_at") else []
    return max([*own_dates, *_child_dates(data)], default=None)


def _child_dates(data: Mapping[str, Any]) -> Iterator[str]:
    for value in data.values():
        for child in value if isinstance(value, list) else ():
            if isinstance(child, dict):
                dates = (child.get("creationDate"), child.get("modificationDate"))
                yield from (f"{date[:-1]}000Z" for date in dates if date and not date.startswith("0001"))
                yield from _child_dates(child)
