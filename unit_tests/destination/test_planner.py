"""The decision table, and its promise: what it sends makes the row equal to the record, once."""

import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from destination_sage_active.input.catalog import Mode
from destination_sage_active.options.stream_target import TargetState
from destination_sage_active.plan.diff import Rules
from destination_sage_active.plan.planner import Options, is_final_act, plan_record
from destination_sage_active.record.marker import marker_of, without_markers
from destination_sage_active.record.rejection import Rejected
from sage_active.writing import FieldKind, Operation, Writable, WriteModel
from unit_tests.destination.write_memory import INVOICES, ITEMS, model_of

CUSTOMERS = model_of("customers")
MODELS = {"customers": CUSTOMERS, "items": ITEMS, "invoices": INVOICES}
MARK, OTHER_MARK = (marker_of("s", (None, "invoices"), [key]) for key in ("1", "2"))
MODES = [Mode.APPEND, Mode.UPSERT, Mode.UPDATE]
UUIDS = [f"0a0b0c0d-0000-4000-8000-00000000000{digit}" for digit in "abc"]
VALUES: Mapping[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.TEXT: st.sampled_from([None, "", "a", " a ", "b", "a\r\nb", "a\nb"]),
    FieldKind.NUMBER: st.sampled_from([None, 0, 1, Decimal("1.0"), Decimal("2.50"), Decimal("-0")]),
    FieldKind.INTEGER: st.sampled_from([None, 0, 1, 2]),
    FieldKind.FLAG: st.sampled_from([None, True, False]),
    FieldKind.IDENTIFICATION: st.sampled_from([None, "", "DE1", "DE 1", "de-1", "DE2"]),
    FieldKind.DAY: st.sampled_from([None, "2026-01-31", "2026-01-31T00:00:00Z", "2026-02-01"]),
    FieldKind.MOMENT: st.sampled_from([None, "2026-01-31T09:00:00Z", "2026-01-31T10:00:00+01:00"]),
    FieldKind.ID: st.sampled_from([None, *UUIDS, UUIDS[0].upper()]),
}
# What a full customer has is more than an example needs to show.
SMALL = {
    "customers": {
        "socialName",
        "comments",
        "discount",
        "disabled",
        "gdprAppliedDate",
        "addresses",
        "contacts",
        "documentId",
    },
    "items": {"code", "name", "salesUnitPrice", "comments", "obsolete", "category"},
    "invoices": {
        "customerId",
        "documentDate",
        "comments",
        "remarks",
        "discount",
        "lines",
        "mainAddress",
        "paymentTermLines",
    },
}
SMALL_BELOW = {
    *("name", "city", "countryIsoCodeAlpha2", "surname", "emails", "phones", "emailAddress", "usage", "number"),
    *("productCode", "unitPrice", "totalQuantity", "order", "value", "type", "payDays"),
}


def reduced(model: WriteModel) -> WriteModel:
    """The model with a part of its members."""

    def below(fields: Sequence[Writable]) -> tuple[Writable, ...]:
        return tuple(changed(field) for field in fields if field.name in SMALL_BELOW)

    def changed(writable: Writable) -> Writable:
        smaller = copy.copy(writable)
        object.__setattr__(smaller, "children", below(writable.children))
        return smaller

    smaller = copy.copy(model)
    top = tuple(changed(field) for field in model.fields if field.name in SMALL[model.resource.name])
    object.__setattr__(smaller, "fields", top)
    return smaller


REDUCED = {name: reduced(model) for name, model in MODELS.items()}


@st.composite
def _value(draw: st.DrawFn, writable: Writable, *, whole: bool, names: Iterator[int] | None) -> Any:
    """A value of a member. `whole`: with all members below it, as a row has; `names`: where children get ids from."""
    if writable.kind is FieldKind.OBJECT:
        if not writable.many:
            return draw(st.none() | _object(writable.children, whole=whole, names=None))
        # One list has children with the same members, as a source has the same columns in every row.
        member_names = (
            None if whole else draw(st.sets(st.sampled_from([field.name for field in writable.children]), min_size=1))
        )
        number = draw(st.integers(0, 3))
        return [
            draw(_object(writable.children, whole=whole, names=names, member_names=member_names)) for _ in range(number)
        ]
    if writable.many:
        return draw(st.lists(st.integers(1, 3), max_size=2))
    if writable.values:
        return draw(st.sampled_from([None, *writable.values[:2]]))
    return draw(VALUES[writable.kind])


@st.composite
def _object(
    draw: st.DrawFn,
    fields: Sequence[Writable],
    *,
    whole: bool,
    names: Iterator[int] | None,
    member_names: set[str] | None = None,
) -> dict[str, Any]:
    chosen = (
        member_names if member_names is not None else {field.name for field in fields if whole or draw(st.booleans())}
    )
    values = {field.name: draw(_value(field, whole=whole, names=names)) for field in fields if field.name in chosen}
    # What is not null in the inputs is never sent as null.
    values = {name: value for name, value in values.items() if whole or value is not None or _nullable(fields, name)}
    return {"id": f"child{next(names)}", **values} if names else values


def _nullable(fields: Sequence[Writable], name: str) -> bool:
    return next(field.nullable and not field.defaulted for field in fields if field.name == name)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[WriteModel, dict[str, Any], dict[str, Any]]:
    """An object, a record and the row that is there."""
    model = REDUCED[draw(st.sampled_from(sorted(REDUCED)))]
    row = draw(_object(model.fields, whole=True, names=None))
    row = {field.name: draw(_value(field, whole=True, names=itertools.count())) for field in model.fields} | {
        name: value for name, value in row.items() if not isinstance(value, list)
    }
    sent = draw(_object(model.fields, whole=False, names=None))
    if draw(st.booleans()):
        # Records that come back as they were read, with some changes.
        kept = {name: value for name, value in row.items() if draw(st.booleans()) and value is not None}
        sent = copy.deepcopy(kept) | {name: sent[name] for name in sent if name not in kept}
    if model.marker in row:
        row[model.marker or ""] = f"{row['remarks'] or ''}\n{MARK}"
        sent["remarks"] = without_markers(sent.get("remarks"))
    return model, sent, row | {"id": "row1", "status": "Pending", "creationDate": "2026-01-01T00:00:00Z"}


def applied(fields: Sequence[Writable], row: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The row after the API has taken a patch: children are patched, not replaced.

    Source: docs/reference/writing.md, "Updates".
    """
    by_name = {field.name: field for field in fields}
    after = dict(row)
    for name, value in sent.items():
        if name == "id":
            continue
        writable = by_name[name]
        if writable.children and writable.many:
            after[name] = _children(writable.children, row[name] or [], value)
        elif writable.children:
            after[name] = {
                **dict.fromkeys(field.name for field in writable.children),
                **(row[name] or {}),
                **(value or {}),
            }
        else:
            after[name] = value
    return after


def _children(
    fields: Sequence[Writable], rows: Sequence[dict[str, Any]], commands: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    after = list(rows)
    for command in commands:
        if "id" not in command:
            empty: dict[str, Any] = {field.name: [] if field.many else None for field in fields}
            after.append(applied(fields, {**empty, "id": f"new{id(command)}"}, command))
            continue
        # A child of another parent, or none at all, would be an error of the API.
        (index,) = (index for index, row in enumerate(after) if row["id"] == command["id"])
        if command.get("requestedAction") == "DELETE":
            del after[index]
        else:
            after[index] = applied(fields, after[index], command)
    return after


def agrees(writable: Writable, sent: Any, has: Any, *, exactly: bool) -> bool:
    """Whether a row has what a record says, by rules of its own. `exactly`: and no children beyond that."""
    if writable.children and writable.many:
        if sent is None:
            return True
        complete = len(has) == len(sent) if exactly else len(has) >= len(sent)
        return complete and all(
            any(
                all(
                    agrees(below, child[below.name], row[below.name], exactly=exactly)
                    for below in writable.children
                    if below.name in child
                )
                for row in has
            )
            for child in sent
        )
    if writable.children:
        has = has or {}
        return all(
            agrees(below, sent[below.name], has.get(below.name), exactly=exactly)
            for below in writable.children
            if below.name in (sent or {})
        )
    if writable.many:
        return list(sent or []) == list(has or [])
    return bool(_plain(writable.kind, sent) == _plain(writable.kind, has))


def _plain(kind: FieldKind, value: Any) -> Any:
    if kind in (FieldKind.TEXT, FieldKind.IDENTIFICATION):
        text = (value or "").strip().replace("\r\n", "\n")
        return text if kind is FieldKind.TEXT else text.upper().replace(" ", "").replace("-", "")
    if kind in (FieldKind.NUMBER, FieldKind.INTEGER):
        return Decimal(value or 0)
    if kind is FieldKind.FLAG:
        return value is True
    if kind is FieldKind.DAY:
        return (value or "")[:10]
    if kind is FieldKind.MOMENT:
        return value and value.replace("10:00:00+01:00", "09:00:00Z")
    return (value or "").lower() if kind is FieldKind.ID else value


@pytest.mark.slow
@given(case=_cases(), remove=st.none() | st.booleans())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_an_update_makes_the_row_equal_to_the_record_and_nothing_is_left_to_do(
    case: tuple[WriteModel, dict[str, Any], dict[str, Any]], remove: bool | None
) -> None:
    model, sent, row = case
    options = Options(Rules(remove_missing=remove))
    before = copy.deepcopy((sent, row))
    try:
        decision = plan_record(model, Mode.UPSERT, sent, [row], options)
    except Rejected as reason:
        assert reason.code in ("fixed", "required")
        return
    assert (sent, row) == before
    assert decision.id == "row1"
    assert bool(decision.commands) == bool(decision.changed)
    after: dict[str, Any] = row
    for command in decision.commands:
        assert command.operation is Operation.UPDATE
        assert command.input["id"] == "row1"
        assert set(command.input) - {"id"} == set(decision.changed)
        after = applied(model.fields, row, command.input)
    for field in model.fields:
        if field.name in sent and field.name != model.marker:
            if field.kind is FieldKind.OBJECT and not field.many and sent[field.name] is None:
                continue
            assert agrees(
                field, sent[field.name], after[field.name], exactly=field.whole if remove is None else remove
            ), field.name
    if model.marker:
        assert after["remarks"].endswith(MARK)
        if "remarks" in sent:
            assert _plain(FieldKind.TEXT, without_markers(after["remarks"])) == _plain(FieldKind.TEXT, sent["remarks"])
    again = plan_record(model, Mode.UPSERT, sent, [after], options)
    assert (again.commands, again.changed) == ((), ())


@pytest.mark.slow
@given(case=_cases(), remove=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_append_only_finishes_what_a_create_cannot_carry(
    case: tuple[WriteModel, dict[str, Any], dict[str, Any]], remove: bool
) -> None:
    model, sent, row = case
    try:
        decision = plan_record(model, Mode.APPEND, sent, [row], Options(Rules(remove_missing=remove)))
    except Rejected as reason:
        assert reason.code == "exists"
        return
    later = {field.name: sent[field.name] for field in model.fields if not field.creatable and sent.get(field.name)}
    finishing = [{name: later[name] for name in decision.changed}] if decision.changed else []
    assert decision.id == "row1"
    assert [command.input for command in decision.commands] == [{"id": "row1", **values} for values in finishing]


# --- the decision table ---

PRODUCT = {"code": "K1", "name": "Name"}
PRODUCT_ROW = {**PRODUCT, "id": "r1", "comments": None, "obsolete": False}
INVOICE = {"customerId": "k1", "comments": "c", "lines": [{"productId": "p", "totalQuantity": 1, "unitPrice": 1}]}
LINE_ROW = {"id": "l1", "productId": "p", "totalQuantity": 1, "unitPrice": Decimal("1.00"), "productCode": "P"}
INVOICE_ROW = {**INVOICE, "id": "r1", "status": "Pending", "remarks": MARK, "lines": [LINE_ROW]}


def rejected(model: WriteModel, mode: Mode, values: dict[str, Any], rows: list[dict[str, Any]], **how: Any) -> Rejected:
    """Why a record is rejected."""
    with pytest.raises(Rejected) as raised:
        plan_record(model, mode, values, rows, how.pop("options", Options()), **how)
    return raised.value


@pytest.mark.parametrize("mode", [Mode.APPEND, Mode.UPSERT])
def test_what_is_not_there_is_created(mode: Mode) -> None:
    decision = plan_record(ITEMS, mode, PRODUCT | {"comments": None}, [], Options())
    assert decision.creates
    assert [(command.operation, command.input) for command in decision.commands] == [(Operation.CREATE, PRODUCT)]


def test_what_only_an_update_accepts_follows_the_creation() -> None:
    create, update = plan_record(ITEMS, Mode.UPSERT, PRODUCT | {"obsolete": True}, [], Options()).commands
    assert (create.operation, create.input) == (Operation.CREATE, PRODUCT)
    assert (update.operation, update.input) == (Operation.UPDATE, {"obsolete": True})


def test_update_says_what_it_cannot_find() -> None:
    assert rejected(ITEMS, Mode.UPDATE, PRODUCT, []).code == "not-found"


@pytest.mark.parametrize("mode", MODES)
def test_what_is_equal_is_unchanged(mode: Mode) -> None:
    assert plan_record(ITEMS, mode, PRODUCT, [PRODUCT_ROW], Options()).commands == ()
    assert plan_record(INVOICES, mode, INVOICE, [INVOICE_ROW], Options(), marker=MARK).commands == ()


@pytest.mark.parametrize("mode", [Mode.UPSERT, Mode.UPDATE])
def test_only_what_differs_is_sent(mode: Mode) -> None:
    (update,) = plan_record(ITEMS, mode, PRODUCT | {"name": "New"}, [PRODUCT_ROW], Options()).commands
    assert (update.operation, update.input) == (Operation.UPDATE, {"id": "r1", "name": "New"})


def test_append_tells_which_members_differ_and_not_how() -> None:
    reason = rejected(ITEMS, Mode.APPEND, PRODUCT | {"name": "PRIVATE", "comments": "PRIVATE"}, [PRODUCT_ROW])
    assert (reason.field, reason.code) == ("name", "exists")
    assert "comments" in reason.reason
    assert "PRIVATE" not in reason.reason


def test_two_records_with_one_key_are_ambiguous() -> None:
    assert rejected(ITEMS, Mode.UPSERT, PRODUCT, [PRODUCT_ROW, PRODUCT_ROW | {"id": "r2"}]).code == "ambiguous"


def test_what_cannot_change_any_more_is_rejected_by_name() -> None:
    customer = {"id": "r1", "code": "10001", "socialName": "A"}
    assert rejected(CUSTOMERS, Mode.UPSERT, {"code": "10002"}, [customer]).field == "code"
    for status in ("Closed", "Posted", "Collected"):
        reason = rejected(INVOICES, Mode.UPSERT, INVOICE | {"comments": "d"}, [INVOICE_ROW | {"status": status}])
        assert (reason.field, reason.code) == ("comments", "closed")
        assert status in reason.reason


def test_required_members_are_asked_of_creations_and_new_children_only() -> None:
    assert rejected(ITEMS, Mode.UPSERT, {"code": "K1"}, []).field == "name"
    assert plan_record(ITEMS, Mode.UPSERT, {"code": "K1"}, [PRODUCT_ROW], Options()).commands == ()
    lines = [{"productId": "p", "unitPrice": 1}, {"productId": "q", "totalQuantity": 2}]
    assert rejected(INVOICES, Mode.UPSERT, INVOICE | {"lines": lines}, [INVOICE_ROW]).field == "lines[].unitPrice"


def test_what_this_run_has_just_created_is_not_compared_with_what_the_api_made_of_it() -> None:
    row = PRODUCT_ROW | {"name": "NAME"}
    assert plan_record(ITEMS, Mode.APPEND, PRODUCT, [row], Options(), is_own=True).commands == ()
    (update,) = plan_record(ITEMS, Mode.APPEND, PRODUCT | {"obsolete": True}, [row], Options(), is_own=True).commands
    assert update.input == {"id": "r1", "obsolete": True}


# --- steps and marks of documents ---


@pytest.mark.parametrize(
    ("wanted", "status", "steps"),
    [
        ("draft", None, []),
        ("closed", None, [Operation.CLOSE]),
        ("posted", None, [Operation.CLOSE, Operation.POST]),
        ("draft", "Pending", []),
        ("closed", "Pending", [Operation.CLOSE]),
        ("closed", "Closed", []),
        ("posted", "Closed", [Operation.POST]),
        ("posted", "Posted", []),
        ("posted", "PartiallyCollected", []),
    ],
)
def test_documents_are_brought_to_the_status_that_is_wanted(
    wanted: TargetState, status: str | None, steps: list[Operation]
) -> None:
    existing = [INVOICE_ROW | {"status": status}] if status else []
    decision = plan_record(INVOICES, Mode.APPEND, INVOICE, existing, Options(target_state=wanted), marker=MARK)
    assert [command.operation for command in decision.commands] == ([] if status else [Operation.CREATE]) + steps
    assert all(
        command.input == ({"id": "r1"} if status else {}) for command in decision.commands[-len(steps) :] if steps
    )


def test_a_document_becomes_final_under_its_own_number_only_after_it_is_a_draft() -> None:
    options = Options(target_state="posted")
    create, number, *steps = plan_record(
        INVOICES, Mode.APPEND, INVOICE, [], options, marker=MARK, number="F-1"
    ).commands
    assert (create.operation, "operationalNumber" in create.input) == (Operation.CREATE, False)
    assert (number.operation, number.input) == (Operation.UPDATE, {"operationalNumber": "F-1"})
    assert [step.operation for step in steps] == [Operation.CLOSE, Operation.POST]
    assert [is_final_act(INVOICES, act) for act in (create, number, *steps)] == [False, True, True, True]


def test_a_new_document_gets_its_mark_and_an_update_keeps_those_that_are_there() -> None:
    (create,) = plan_record(
        INVOICES, Mode.UPSERT, INVOICE | {"remarks": "by hand"}, [], Options(), marker=MARK
    ).commands
    assert create.input["remarks"] == f"by hand\n{MARK}"
    row = INVOICE_ROW | {"remarks": f"old\n{MARK}\n{OTHER_MARK}"}
    (update,) = plan_record(INVOICES, Mode.UPSERT, INVOICE | {"remarks": "new"}, [row], Options(), marker=MARK).commands
    assert update.input["remarks"] == f"new\n{MARK}\n{OTHER_MARK}"
    (cleared,) = plan_record(INVOICES, Mode.UPSERT, INVOICE | {"remarks": None}, [row], Options(), marker=MARK).commands
    assert cleared.input["remarks"] == f"{MARK}\n{OTHER_MARK}"


def test_a_text_that_leaves_no_room_for_the_mark_is_rejected_with_the_room_there_is() -> None:
    room = 1000 - len(MARK) - 1
    fits = INVOICE | {"remarks": "x" * room}
    assert (
        len(plan_record(INVOICES, Mode.UPSERT, fits, [], Options(), marker=MARK).commands[0].input["remarks"]) == 1000
    )
    reason = rejected(INVOICES, Mode.UPSERT, INVOICE | {"remarks": "x" * (room + 1)}, [], marker=MARK)
    assert (reason.field, f"{room} characters" in reason.reason) == ("remarks", True)


def test_a_document_with_a_number_of_its_own_does_without_the_mark_where_there_is_no_room() -> None:
    values: dict[str, Any] = INVOICE | {"remarks": "x" * 1000}

    def remarks(has: str | None) -> Any:
        rows = [] if has is None else [INVOICE_ROW | {"remarks": has}]
        decision = plan_record(INVOICES, Mode.UPSERT, values, rows, Options(), marker=MARK, needs_marker=False)
        return decision.commands[0].input["remarks"] if decision.commands else "as it is"

    for has in (None, "old", f"old\n{MARK}"):
        assert remarks(has) == values["remarks"]
    assert remarks(values["remarks"]) == "as it is"
    # The mark of another stream is not this record's to take away.
    reason = rejected(
        INVOICES, Mode.UPSERT, values, [INVOICE_ROW | {"remarks": OTHER_MARK}], marker=MARK, needs_marker=False
    )
    assert reason.field == "remarks"
    values["remarks"] = "short"
    assert remarks(None) == f"short\n{MARK}"
    assert remarks(f"old\n{MARK}\n{OTHER_MARK}") == f"short\n{MARK}\n{OTHER_MARK}"
    values["remarks"] = "x" * (1000 - len(MARK) - 1)
    assert remarks(f"old\n{MARK}\n{OTHER_MARK}") == f"{values['remarks']}\n{OTHER_MARK}"


def test_append_after_a_run_that_died_before_the_update_finishes_it() -> None:
    decision = plan_record(ITEMS, Mode.APPEND, PRODUCT | {"obsolete": True}, [PRODUCT_ROW], Options())
    assert [(command.operation, command.input) for command in decision.commands] == [
        (Operation.UPDATE, {"id": "r1", "obsolete": True})
    ]


def test_append_does_not_take_back_what_somebody_else_has_set() -> None:
    row = PRODUCT_ROW | {"obsolete": True}
    assert rejected(ITEMS, Mode.APPEND, PRODUCT | {"obsolete": False}, [row]).code == "exists"
