"""What accounts, journals and reference tables need of the planner: one form of a code, rules for what is new, lists
that never change.
"""

from typing import Any

import pytest

from destination_sage_active.input.catalog import Mode
from destination_sage_active.plan.conditions.rules import refuse_forbidden, require_valid
from destination_sage_active.plan.content.members import Members
from destination_sage_active.plan.content.validate import validate
from destination_sage_active.plan.planner import Options, plan_record
from destination_sage_active.record.rejection import Rejected
from sage_active.writing import FieldKind, WriteModel
from unit_tests.destination.write_memory import model_of

ACCOUNTS, JOURNALS, TERMS = (model_of(name) for name in ("accounts", "journals", "payment_terms"))
LINE = {"order": 0, "type": "PERCENTAGE", "value": 30, "condition": "NONE", "day": 3, "payDays": [5]}
REST = {**LINE, "order": 9999, "type": "REMAINING_AMOUNT", "value": 0}


def created(model: WriteModel, market: str, record: dict[str, Any]) -> dict[str, Any]:
    """What a create sends of a record. Raises `Rejected`."""
    here = model.in_market(market)
    refuse_forbidden(here, record)
    values = validate(here.fields, record, own_ids=True)
    require_valid(here, record, values)
    (command,) = plan_record(here, Mode.UPSERT, values, [], Options()).commands
    return dict(command.input)


@pytest.mark.parametrize("code", ["4400", 4400, {"value": "4400"}, '{"value": "4400"}', {"value": 4400}])
def test_the_code_of_an_account_has_one_form(code: Any) -> None:
    record = {"code": code}
    Members(ACCOUNTS, []).complete(record)
    assert validate(ACCOUNTS.fields, record, own_ids=True) == {"code": "4400"}


def test_only_what_stands_for_a_plain_value_is_taken_out_of_an_object() -> None:
    assert [field.name for field in ACCOUNTS.fields if field.inside] == ["code"]
    with pytest.raises(Rejected) as raised:
        validate(ACCOUNTS.fields, {"code": "4400", "name": {"value": "x"}}, own_ids=True)
    assert raised.value.field == "name"


def test_what_a_record_does_not_say_is_sent_where_the_server_may_want_it() -> None:
    assert created(ACCOUNTS, "DE", {"code": "4400"}) == {"code": "4400", "accountLevel": "SUB_ACCOUNT"}
    assert created(ACCOUNTS, "DE", {"code": "44", "accountLevel": "GROUP"}) == {"code": "44", "accountLevel": "GROUP"}
    journal = {"code": "V", "name": "V", "type": "GENERAL"}
    assert created(JOURNALS, "DE", {**journal, "deactivated": None}) == {**journal, "deactivated": False}
    assert created(JOURNALS, "DE", {**journal, "deactivated": True}) == {**journal, "deactivated": True}


@pytest.mark.parametrize(
    ("market", "right", "wrong"),
    [
        ("DE", ["0027", "9999"], ["27", "10000", "44A0"]),
        ("ES", ["43000", "430000000", "4300000000000"], ["4300", "43000000000000", "4300A"]),
        ("FR", ["4110", "411DURAND", "4110000000000"], ["411", "41AB", "41100000000000", "411-1"]),
    ],
)
def test_codes_of_new_accounts_are_those_of_the_market(market: str, right: list[str], wrong: list[str]) -> None:
    for code in right:
        assert created(ACCOUNTS, market, {"code": code})["code"] == code
    for code in wrong:
        with pytest.raises(Rejected) as raised:
            created(ACCOUNTS, market, {"code": code})
        assert (raised.value.field, raised.value.code) == ("code", "invalid")
        # What is there is compared, whatever its code.
        row = {"id": "1", "code": code, "accountLevel": "SUB_ACCOUNT"}
        assert plan_record(ACCOUNTS.in_market(market), Mode.UPSERT, {"code": code}, [row], Options()).commands == ()


@pytest.mark.parametrize(
    "change",
    [{"type": "CLOSING"}, {"isCreditNote": True}, {"creditNoteReason": "R3"}],
    ids=lambda change: next(iter(change)),
)
def test_journals_that_only_spain_has_are_not_made_elsewhere(change: dict[str, Any]) -> None:
    journal = {"code": "V", "name": "V", "type": "GENERAL", **change}
    assert created(JOURNALS, "ES", journal).items() >= change.items()
    for market in ("DE", "FR"):
        with pytest.raises(Rejected) as raised:
            created(JOURNALS, market, journal)
        assert raised.value.field == next(iter(change))


def test_a_list_that_never_changes_is_compared_whole() -> None:
    row = {"id": "1", "name": "T", "lines": [{"id": "a", **LINE}, {"id": "b", **REST}]}
    same = plan_record(TERMS, Mode.UPSERT, {"name": "T", "lines": [REST, LINE]}, [row], Options())
    assert (same.commands, same.missing_parts) == ((), ())
    for lines in ([LINE], [], [LINE, REST, {**LINE, "order": 2}], [{**LINE, "value": 31}, REST]):
        with pytest.raises(Rejected) as raised:
            plan_record(TERMS, Mode.UPSERT, {"name": "T", "lines": lines}, [row], Options())
        assert (raised.value.field, raised.value.code) == ("lines", "fixed")
    assert plan_record(TERMS, Mode.UPSERT, {"name": "T", "lines": None}, [row], Options()).commands == ()


@pytest.mark.parametrize("model", [ACCOUNTS, JOURNALS, TERMS], ids=lambda model: model.resource.name)
def test_what_is_sent_by_itself_is_a_value_of_its_member(model: WriteModel) -> None:
    for field in model.fields:
        if field.initial is not None:
            assert field.initial in field.values or field.kind is FieldKind.FLAG
            assert field.defaulted, "a null of the record would hide it"
