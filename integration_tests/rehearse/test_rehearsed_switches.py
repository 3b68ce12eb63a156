"""Every switch about a point of the rehearsal is seen in its line, and under no switch anything is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from integration_tests.rehearsals import (
    MARKETS,
    OBJECTS,
    REVERSIBLE,
    assert_nothing_left,
    outcomes,
    rehearse,
    rows,
    sent,
)
from integration_tests.variations import alternatives, settings
from sage_active_cli.doctor.question import COMMON_OUTCOMES
from sage_active_cli.rehearse.questions.table import WRITE_QUESTIONS
from sage_active_sandbox.sandbox import Sandbox

TOGETHER = 6
# A server that gives up after two milliseconds answers nothing.
UNANSWERED = frozenset({"execution_seconds"})


@dataclass(frozen=True)
class Seen:
    """What a switch comes to in which line, by its setting."""

    question: str
    outcomes: Mapping[Any, str]
    market: str = "de"


def repeated(question: str) -> Seen:
    """A line about what is there already, and how that is refused."""
    return Seen(question, {"key": "key", "text": "words"})


SEEN: Sequence[tuple[str, Seen]] = (
    ("vat_rounding", Seen("rounding", {"line": "line", "rate": "rate"})),
    ("vat_rounding", Seen("rounding", {"line": "line", "rate": "rate"}, "es")),
    ("vat_rounding", Seen("rounding", {"line": "line", "rate": "rate"}, "fr")),
    ("sales_abroad", Seen("rate_abroad", {"home": "home", "exempt": "none"})),
    ("sales_abroad", Seen("treatment_abroad", {"home": "home", "exempt": "another"}, "fr")),
    ("offset_days", Seen("offset", {"written": "same", "utc": "before"})),
    ("days", Seen("plain_day", {"utc": "utc", "local": "local"})),
    ("days", Seen("midnight", {"utc": "same", "local": "same"})),
    ("days", Seen("offset", {"utc": "same", "local": "same"})),
    ("replace_all", Seen("line_replacement", {"replaces": "replaced", "ignored": "added"})),
    ("parent_dates_move", Seen("parent_date", {True: "parent", False: "line"})),
    ("null_dates", Seen("parent_date", {"null": "parent", "0001": "parent"})),
    ("deletion", Seen("deletion_of_used", {"careful": "key", "free": "accepted"})),
    ("bill_numbers", Seen("bill_number_again", {"repeatable": "accepted", "unique": "key"})),
    ("bill_treatment", Seen("bill_treatment", {"domestic": "domestic", "intracommunity": "intracommunity"})),
    ("default_accounts", Seen("default_account", {True: "filled", False: "mandatory"})),
    ("default_accounts", Seen("default_account", {True: "filled", False: "none"}, "es")),
    ("vies_vat_number", Seen("vat_number_missing", {"recommended": "optional", "mandatory": "mandatory"})),
    ("third_party_numbers_unique", Seen("vat_number_of_both", {"object": "apart", "organization": "together"})),
    ("third_party_codes", Seen("customer_code", {"automatic": "kept", "manual": "kept"}, "fr")),
    ("undocumented_errors", repeated("customer_code_again")),
    ("undocumented_errors", repeated("item_code_again")),
    ("undocumented_errors", Seen("vat_number_again", {"key": "published", "text": "published"})),
    ("undocumented_errors", repeated("deletion_of_used")),
)


@pytest.mark.parametrize("market", MARKETS)
def test_every_point_is_answered_and_everything_deleted(theatre: Sandbox, market: str) -> None:
    before = {name: rows(theatre, market, name) for name in OBJECTS}
    report = rehearse(theatre, market)
    assert report.is_fine
    assert not COMMON_OUTCOMES.keys() & set(outcomes(report).values())
    assert len(report.lines) == len(WRITE_QUESTIONS)
    assert {name: rows(theatre, market, name) for name in OBJECTS} == before
    assert {count.object for count in report.counts if count.created and count.before == count.after} == set(OBJECTS)
    assert sent(theatre) == REVERSIBLE - {"updateCustomer", "updateSupplier", "updateProduct"}


@pytest.mark.parametrize(("switch", "seen"), SEEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_switch_is_seen_in_its_line(theatre: Sandbox, switch: str, seen: Seen) -> None:
    assert set(seen.outcomes) == settings(switch)
    for value, outcome in seen.outcomes.items():
        theatre.change_switches({switch: value})
        report = rehearse(theatre, seen.market, (seen.question,))
        assert outcomes(report)[seen.question] == outcome
        assert report.is_fine, (report.contradictions, report.leftovers, report.counts)
        assert_nothing_left(theatre, seen.market)


def groups() -> list[dict[str, Any]]:
    """Every setting once, several of different switches together."""
    found: list[dict[str, Any]] = []
    for name, value in alternatives():
        if name.startswith("maesn_") or name in UNANSWERED:
            continue
        group = next((group for group in found if name not in group and len(group) < TOGETHER), None)
        if group is None:
            found.append(group := {})
        group[name] = value
    return found


@pytest.mark.parametrize("number", range(len(groups())))
def test_no_switch_makes_it_leave_anything(theatre: Sandbox, number: int) -> None:
    market = MARKETS[number % len(MARKETS)]
    theatre.change_switches(groups()[number])
    report = rehearse(theatre, market)
    assert report.proved, (report.leftovers, report.counts)
    assert not report.unasked
    assert_nothing_left(theatre, market)
