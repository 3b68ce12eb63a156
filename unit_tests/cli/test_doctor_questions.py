"""The table of questions: complete, short enough for a narrow terminal, and made of fixed texts only."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from sage_active.client import Company
from sage_active.errors import SageActiveError, configuration_error
from sage_active.faults import FAULT_BY_NAME
from sage_active_cli.doctor.examination import Finding, examined
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import (
    COMMON_OUTCOMES,
    NOT_ASKED,
    NOT_SEEN,
    ODD,
    REFUSED,
    Meaning,
    Observation,
    Question,
)
from sage_active_cli.doctor.questions.table import DIRECT_QUESTIONS, MAESN_QUESTIONS
from sage_active_cli.doctor.rendering import rendered
from sage_active_cli.doctor.report import OwnReport, Report, lines_of
from unit_tests.cli.screen import screen

QUESTIONS: tuple[Question[Any], ...] = (*DIRECT_QUESTIONS, *MAESN_QUESTIONS)
SECRET = "Geheim & Söhne"
COMPANY = Company("11111111-2222-3333-4444-555555555555", SECRET, "DE", "READY", usable=True)
# In three columns beside the first, on 80 columns.
LONGEST_TEXT = 80


def question(ask: Any) -> Question[str]:
    """One that is asked so."""
    return Question(
        name="colour",
        fact="colour",
        sources="silent",
        outcomes={"red": Meaning("is red", "likes it")},
        unseen="colour",
        ask=ask,
    )


def finding(ask: Any) -> Finding:
    """What one question came to."""
    (found,) = examined([question(ask)], "subject", {}, lambda: None)
    return found


def raising(error: Exception) -> Any:
    """A question that cannot be judged."""

    def ask(subject: str, parts: Parts) -> Observation:
        raise error

    return ask


def answering(outcome: str, detail: str = "", names: tuple[str, ...] = ()) -> Any:
    """A question with this answer."""

    def ask(subject: str, parts: Parts) -> Observation:
        return Observation(outcome, detail, names)

    return ask


def test_names_are_unique() -> None:
    for questions in (DIRECT_QUESTIONS, MAESN_QUESTIONS):
        names = [question.name for question in questions]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_texts_fit_a_narrow_terminal(question: Question[Any]) -> None:
    meanings = [*question.outcomes.values(), question.meaning(NOT_SEEN)]
    texts = [
        question.fact,
        question.sources,
        *(text for meaning in meanings for text in (meaning.service, meaning.connector)),
    ]
    assert [text for text in texts if len(text) > LONGEST_TEXT or not text] == []
    assert not COMMON_OUTCOMES.keys() & question.outcomes.keys()


def test_an_answer_means_what_its_question_declares() -> None:
    found = finding(answering("red", detail=SECRET))
    assert (found.meaning.service, found.meaning.connector) == ("is red", "likes it")
    with pytest.raises(AssertionError):
        finding(answering("blue"))


def test_what_the_data_does_not_show_is_said_so() -> None:
    found = finding(raising(NotSeenError()))
    assert found.answer.outcome == NOT_SEEN
    assert found.meaning.service == "not to be seen here: no colour"


def test_an_odd_answer_ends_nothing() -> None:
    found = finding(raising(TypeError(SECRET)))
    assert (found.answer.outcome, found.answer.detail) == (ODD, "TypeError")


@pytest.mark.parametrize(
    ("error", "outcome", "fault"),
    [
        (SageActiveError(FAULT_BY_NAME["field-unknown"]), REFUSED, "field-unknown"),
        (SageActiveError(FAULT_BY_NAME["server-error"]), NOT_ASKED, "server-error"),
        (configuration_error("No request is left.", "Run it again."), NOT_ASKED, None),
    ],
)
def test_a_refusal_is_an_outcome_and_a_failure_is_none(error: SageActiveError, outcome: str, fault: str | None) -> None:
    found = finding(raising(error))
    assert (found.answer.outcome, found.fault) == (outcome, fault)


def own_report(*findings: Finding) -> OwnReport:
    """A report of one company."""
    return OwnReport(version="1", requests=3, lines=lines_of("direct", COMPANY, findings))


def test_what_is_sent_back_has_nothing_of_the_company() -> None:
    report = own_report(finding(answering("red", detail=f"{SECRET}, 4711")))
    assert SECRET in report.model_dump_json()
    sent = report.without_business_data().model_dump_json()
    for secret in (SECRET, "4711", COMPANY.id):
        assert secret not in sent
    assert json.loads(sent)["lines"][0]["service"] == "is red"


def test_markets_that_nobody_knows_have_no_name() -> None:
    company = Company("1", "A", SECRET, None, usable=True)
    (line,) = lines_of("direct", company, [finding(answering("red"))])
    assert line.market == "other"


def test_both_reports_have_a_closed_schema() -> None:
    for model in (Report, OwnReport):
        schema = TypeAdapter(model).json_schema()
        assert schema["required"] == ["version", "requests", "lines"]
        assert schema["additionalProperties"] is False
    line = Report.model_json_schema()["$defs"]["Line"]
    assert line["additionalProperties"] is False
    assert set(line["properties"]) == {
        "question",
        "connection",
        "market",
        "fact",
        "sources",
        "outcome",
        "service",
        "connector",
        "fault",
        "names",
    }


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_table_fits_the_terminal(columns: int) -> None:
    names = tuple(f"Type.field{number}" for number in range(12))
    lines = screen(rendered(own_report(finding(answering("red", "\x1b[31m a detail", names)))), columns)
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "and 4 more" in " ".join(text.split())
