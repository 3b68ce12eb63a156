"""`aggregationCatalog`, `aggregationExecute`, `listCatalog` and `listExecute`.

Source: docs/reference/queries.md, "Aggregation".
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sage_active_sandbox.data.totals import CENT, EXACT
from sage_active_sandbox.graphql_api.aggregation.arithmetic import FUNCTIONS, PERIODS, invalid, numbers
from sage_active_sandbox.graphql_api.aggregation.entities import ENTITIES, Entity, Path
from sage_active_sandbox.graphql_api.call import Call
from sage_active_sandbox.graphql_api.paging import DEFAULT_PAGE, MAX_PAGE
from sage_active_sandbox.graphql_api.scalars import date_text
from sage_active_sandbox.store import Row

AGGREGATION_META: Final = (
    *("entityKey", "aggregationType", "periodType", "dateMin", "dateMax", "compare", "top", "includeOthers"),
    *("othersLabel", "filterName", "groupByName", "valueColumn1", "valueColumn2", "distinctCountName", "search"),
    "searchScope",
)
LIST_META: Final = ("entityKey", "filterName", "orderByName", "dateMin", "dateMax", "search")

Input = Mapping[str, Any]
Group = tuple[str | None, str | None]


def aggregation_catalog(_call: Call, arguments: Input) -> Row:
    """What can be aggregated."""
    return {
        "definitions": [
            {
                "entityKey": key,
                "context": entity.context,
                "aggregationTypes": [*FUNCTIONS],
                "periodTypes": [*PERIODS],
                "filters": [*entity.filters],
                "groupBy": [{"name": name, "title1": name, "title2": None} for name in entity.groups],
                "valueColumns": [*entity.values],
                "distinctCounts": [*entity.distinct],
                "searchScopes": [*entity.scopes],
            }
            for key, entity in ENTITIES.items()
            if entity.values and (arguments.get("contextContains") or "") in entity.context
        ]
    }


def list_catalog(_call: Call, arguments: Input) -> Row:
    """What can be listed."""
    return {
        "definitions": [
            {
                "entityKey": key,
                "context": entity.context,
                "filters": [*entity.filters],
                "orderBy": [*entity.columns],
                "supportsDateRange": entity.date is not None,
            }
            for key, entity in ENTITIES.items()
            if (arguments.get("contextContains") or "") in entity.context
        ]
    }


def aggregation_execute(call: Call, sent: Input) -> Row:
    """Sums of an entity by group and period, and beside them those of the year before, if both are compared."""
    entity = _entity(sent)
    for member, choices in (
        ("aggregationType", FUNCTIONS),
        ("periodType", PERIODS),
        ("groupByName", entity.groups),
        ("valueColumn1", entity.values),
        ("valueColumn2", entity.values),
        ("distinctCountName", entity.distinct),
        ("searchScope", entity.scopes),
    ):
        _check(sent, member, choices)
    first, last = _moment(sent, "dateMin"), _moment(sent, "dateMax")
    found = _grouped(call, entity, sent, first, last)
    rows = [_aggregated(sent, group, members) for group, members in sorted(found.items(), key=_group_key)]
    if sent.get("compare"):
        before = _grouped(call, entity, sent, _year_before(first), _year_before(last))
        earlier = [_aggregated(sent, group, members) for group, members in sorted(before.items(), key=_group_key)]
        rows = _compared(rows, earlier)
    return {"meta": _meta(sent, entity, AGGREGATION_META), "rows": _top(sent, rows)}


def list_execute(call: Call, sent: Input) -> Row:
    """Flat rows of an entity, a page of them."""
    entity = _entity(sent)
    _check(sent, "orderByName", entity.columns)
    size = sent.get("first") or DEFAULT_PAGE
    if not 0 < size <= MAX_PAGE:
        raise invalid(f"first is a number from 1 to {MAX_PAGE}.")
    dated = sent.get("dateMin") is not None or sent.get("dateMax") is not None
    if dated and entity.date is None:
        raise invalid(f"{sent['entityKey']} has no range of dates.")
    first, last = (_moment(sent, name) if sent.get(name) is not None else None for name in ("dateMin", "dateMax"))
    order = entity.columns[sent["orderByName"]]
    rows = sorted(
        _rows(call, entity, sent, first, last),
        key=lambda row: (_text(_value(call, entity, order, row)), row["id"]),
    )
    start = _offset(sent.get("after"))
    chunk = rows[start : start + size]
    end = start + len(chunk)
    return {
        "meta": _meta(sent, entity, LIST_META),
        "rows": [
            {name: _plain(_value(call, entity, path, row)) for name, path in entity.columns.items()} for row in chunk
        ],
        "totalCount": len(rows),
        "pageInfo": {"hasNextPage": end < len(rows), "endCursor": _cursor(end) if chunk else None},
    }


def _entity(sent: Input) -> Entity:
    _check(sent, "entityKey", ENTITIES)
    entity = ENTITIES[sent["entityKey"]]
    _check(sent, "filterName", entity.filters)
    return entity


def _check(sent: Input, member: str, choices: Any) -> None:
    value = sent.get(member)
    if value is not None and value not in choices:
        raise invalid(f"{member} is one of {', '.join(choices)}.")


def _moment(sent: Input, member: str) -> datetime:
    try:
        moment = datetime.fromisoformat(sent[member])
    except ValueError as problem:
        raise invalid(f"{member} is a date.") from problem
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _rows(call: Call, entity: Entity, sent: Input, first: datetime | None, last: datetime | None) -> list[Row]:
    call.usable_company()
    condition = entity.filters[sent["filterName"]] if sent.get("filterName") else None
    search, scopes = sent.get("search"), entity.scopes
    paths = [scopes[sent["searchScope"]]] if sent.get("searchScope") else [*scopes.values()]
    rows = []
    for row in call.scope.rows(entity.rows):
        if condition is not None and row.get(condition[0]) not in condition[1]:
            continue
        if search and not any(search.casefold() in _text(_value(call, entity, path, row)).casefold() for path in paths):
            continue
        moment = None if entity.date is None else _value(call, entity, tuple(entity.date.split(".")), row)
        if (first is None or (moment is not None and moment >= first)) and (
            last is None or (moment is not None and moment <= last)
        ):
            rows.append(row)
    return rows


def _value(call: Call, entity: Entity, path: Path, row: Row) -> Any:
    owner, current, facts = entity.rows, row, call.served.facts
    for position, name in enumerate(path):
        value = facts.reader(owner, name)(current, call.scope)
        if position == len(path) - 1 or value is None:
            return value
        owner, current = facts.target(owner, name), value
    return None


def _grouped(
    call: Call, entity: Entity, sent: Input, first: datetime, last: datetime
) -> dict[Group, dict[str, list[Any]]]:
    group = entity.groups.get(sent.get("groupByName") or "")
    members = {"value1": sent.get("valueColumn1"), "value2": sent.get("valueColumn2")}
    members["distinct"] = sent.get("distinctCountName")
    period: Callable[[datetime], str] = PERIODS[sent["periodType"]]
    date = tuple((entity.date or "").split("."))
    found: dict[Group, dict[str, list[Any]]] = {}
    for row in _rows(call, entity, sent, first, last):
        value = None if group is None else _value(call, entity, group, row)
        key = (None if value is None else str(value), period(_value(call, entity, date, row)))
        columns = found.setdefault(key, {name: [] for name in members})
        for name, member in members.items():
            if member is not None:
                columns[name].append(_value(call, entity, (member,), row))
    return found


def _group_key(item: tuple[Group, Any]) -> tuple[str, str]:
    group, period = item[0]
    return group or "", period or ""


def _aggregated(sent: Input, group: Group, columns: dict[str, list[Any]]) -> Row:
    function = FUNCTIONS[sent["aggregationType"]]
    values: list[Decimal | None] = []
    for name in ("value1", "value2"):
        if sent.get("valueColumn" + name[-1]) is not None:
            values.append(function(numbers(columns[name])))
    if sent.get("distinctCountName") is not None:
        values.append(Decimal(len({value for value in columns["distinct"] if value is not None})))
    value1, value2 = [*values, None, None][:2]
    return {"groupValue": group[0], "secondValue": None, "period": group[1], "value1": value1, "value2": value2}


def _year_before(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year - 1)
    except ValueError:
        # The 29th of February.
        return moment.replace(year=moment.year - 1, day=28)


def _compared(rows: list[Row], earlier: list[Row]) -> list[Row]:
    """Each period beside the same one of the year before."""
    before = {(row["groupValue"], row["period"][4:]): row for row in earlier}
    compared = []
    for row in rows:
        old = before.get((row["groupValue"], row["period"][4:]), {})
        value, base = row["value1"], old.get("value1")
        delta = None
        if value is not None and base:
            delta = EXACT.quantize(EXACT.multiply(EXACT.divide(value - base, abs(base)), Decimal(100)), CENT)
        compared.append(
            {
                **row,
                "periodN": row["period"],
                "periodN_1": old.get("period"),
                "valueN": value,
                "valueN_1": base,
                "deltaPercent": delta,
            }
        )
    return compared


def _top(sent: Input, rows: list[Row]) -> list[Row]:
    """The largest rows, and the others in one row if they are asked for."""
    limit = sent.get("top")
    if limit is None:
        return rows[:MAX_PAGE]
    if not 0 < limit <= MAX_PAGE:
        raise invalid(f"top is a number from 1 to {MAX_PAGE}.")
    ordered = sorted(rows, key=lambda row: row["value1"] or Decimal(0), reverse=True)
    rest = ordered[limit:]
    if not rest or not sent.get("includeOthers"):
        return ordered[:limit]
    sums = {name: FUNCTIONS["SUM"](numbers([row[name] for row in rest])) for name in ("value1", "value2")}
    others = {"groupValue": sent.get("othersLabel") or "Others", "secondValue": None, "period": None, **sums}
    return [*ordered[:limit], others]


def _meta(sent: Input, entity: Entity, names: tuple[str, ...]) -> Row:
    return {"context": entity.context, **{name: sent.get(name) for name in names}}


def _text(value: Any) -> str:
    return "" if value is None else str(date_text(value))


def _plain(value: Any) -> Any:
    return date_text(value)


def _cursor(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True))
    except ValueError as problem:
        raise invalid("after is not a cursor.") from problem
