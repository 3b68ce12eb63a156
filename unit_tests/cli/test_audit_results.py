"""What an audit prints: the schema of its JSON, exit codes, the table, and the names of checks."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.errors import SageActiveError
from sage_active_cli.audit.amounts import text, total
from sage_active_cli.audit.check import Severity
from sage_active_cli.audit.check_selection import select_checks
from sage_active_cli.audit.number_set import NumberSet
from sage_active_cli.audit.present import rendered
from sage_active_cli.audit.result import (
    AuditResult,
    CheckResult,
    CompanyResult,
    FindingResult,
    Outcome,
    exit_code,
)
from sage_active_cli.audit.rows import PASSING, REFERENCES
from sage_active_cli.audit.table import CHECKS
from unit_tests.cli.screen import screen

FINDING = FindingResult(
    object="accounts",
    id="39fb5540-bdea-4807-96d8-92c22f591448",
    number="8400",
    problem="account 8400, exercise 2025: the debit of the entries is not that of the server's report",
    expected="1234567.89",
    actual="1234567.88",
    difference="-0.01",
)


def company(severity: Severity, outcome: Outcome, findings: int = 0, name: str = "Müller GmbH") -> CompanyResult:
    """A company with one check."""
    check = CheckResult(
        check="E10",
        title="The entries are the server's trial balance: every account of every exercise, debit and credit",
        severity=severity,
        outcome=outcome,
        reason="the edition does not have it" if outcome is Outcome.NOT_COMPARABLE else None,
        notes=["12 lines"],
        findings=[FINDING] * findings,
    )
    return CompanyResult(id="c1", name=name, market="DE", rows={"accounts": 3}, checks=[check])


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([company(Severity.ERROR, Outcome.PASSED)], 0),
        ([company(Severity.WARNING, Outcome.FOUND, 1), company(Severity.NOTICE, Outcome.NOT_ASKED)], 0),
        ([company(Severity.NOTICE, Outcome.NOT_COMPARABLE)], 3),
        ([company(Severity.NOTICE, Outcome.NOT_COMPARABLE), company(Severity.ERROR, Outcome.FOUND, 1)], 1),
        ([company(Severity.ERROR, Outcome.NOT_COMPARABLE, 1)], 1),
    ],
)
def test_exit_codes(results: list[CompanyResult], code: int) -> None:
    assert exit_code(results) == code


def test_the_json_has_a_schema() -> None:
    schema = AuditResult.model_json_schema(mode="serialization")
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {"version", "companies", "exit_code"}
    definitions = schema["$defs"]
    assert set(definitions["CompanyResult"]["properties"]) == {"id", "name", "market", "rows", "checks"}
    assert set(definitions["CheckResult"]["required"]) >= {
        "check",
        "title",
        "severity",
        "outcome",
        "reason",
        "findings",
    }
    assert definitions["Outcome"]["enum"] == [outcome.value for outcome in Outcome]
    assert definitions["Severity"]["enum"] == ["error", "warning", "notice"]
    assert set(definitions["FindingResult"]["properties"]) == set(FINDING.model_dump())
    result = AuditResult(companies=[company(Severity.ERROR, Outcome.FOUND, 2)], exit_code=1)
    assert AuditResult.model_validate(json.loads(result.model_dump_json())) == result


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = screen(rendered(company(Severity.ERROR, Outcome.FOUND, 12)), width)
    assert max(map(len, lines)) <= width
    output = "\n".join(lines)
    assert "difference" in output
    assert "and 2 more; --json" in output
    assert "12 errors, 0 warnings" in output


def test_names_are_shown_and_not_obeyed() -> None:
    output = "\n".join(screen(rendered(company(Severity.ERROR, Outcome.PASSED, name="Ev\x1b[2J[red]il\u202e")), 80))
    assert "Ev\\x1b[2J[red]il\\u202e" in output


def test_checks_by_name() -> None:
    assert select_checks(None, CHECKS) == list(CHECKS)
    assert [check.name for check in select_checks("e11, E10", CHECKS)] == ["E10", "E11"]
    with pytest.raises(SageActiveError, match="Did you mean E11"):
        select_checks("E111", CHECKS)
    with pytest.raises(SageActiveError, match="names no check"):
        select_checks(" ,", CHECKS)


def test_every_check_needs_streams_that_are_read() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for check in CHECKS:
        assert check.needs.keys() <= {**PASSING, **REFERENCES}.keys()
        assert check.needs.keys() & PASSING.keys()


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**18), max_value=10**18)))
def test_sums_are_exact(amounts: list[Decimal]) -> None:
    cents = [int(str(amount).replace(".", "")) for amount in amounts]
    output = text(total(amounts))
    assert int(output.replace(".", "")) == sum(cents)


@given(st.lists(st.integers(0, 5000)))
def test_number_sets(numbers: list[int]) -> None:
    result = NumberSet()
    for number in numbers:
        result.add(number)
    assert list(result.bits) == sorted(set(numbers))
    assert result.repeated == {number for number in numbers if numbers.count(number) > 1}
    assert result.bits.missing_count == (max(numbers) - min(numbers) + 1 - len(set(numbers)) if numbers else 0)


@given(st.sets(st.integers(0, 500)), st.sets(st.integers(0, 500)))
def test_number_sets_together(left: set[int], right: set[int]) -> None:
    one, other = NumberSet(), NumberSet()
    for number in left:
        one.add(number)
    for number in right:
        other.add(number)
    assert set(one.bits.joined(other.bits)) == left | right
    assert set(one.bits.common(other.bits)) == left & right


def test_numbers_that_lie_far_apart_take_no_memory() -> None:
    numbers = NumberSet()
    numbers.add(1)
    numbers.add(2**40)
    assert numbers.is_too_wide
