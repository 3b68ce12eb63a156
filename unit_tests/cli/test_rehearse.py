"""What rehearsals may send and delete, what they are made of, and what they say."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.resources.lifecycle import Operation
from sage_active.writing import Command, Done, Refused, Reply
from sage_active_cli.doctor.examination import examined
from sage_active_cli.doctor.parts import NotSeenError
from sage_active_cli.doctor.question import NOT_SEEN, Observation
from sage_active_cli.rehearse.leftovers import Left, Sweep
from sage_active_cli.rehearse.parties import vat_number
from sage_active_cli.rehearse.question import WRITE_OUTCOMES, WriteQuestion
from sage_active_cli.rehearse.questions.table import WRITE_QUESTIONS
from sage_active_cli.rehearse.refusals import classify_reply
from sage_active_cli.rehearse.rehearsal import Rehearsal
from sage_active_cli.rehearse.rendering import show_report
from sage_active_cli.rehearse.report import OwnRehearsalReport, report_of
from sage_active_cli.rehearse.scene import LINES, telling_price
from sage_active_cli.rehearse.stage import IrreversibleError, Stage
from sage_active_cli.rehearse.traces import BILLS, CUSTOMERS, INVOICES, ITEMS, PREFIX, TRACED, Traced, new_trace

COMPANY = Company("11111111-2222-3333-4444-555555555555", "A & B", "FR", "READY", usable=True)
LONGEST_TEXT = 80
LONGEST_CODE = 15


class Writer:
    """Remembers what is sent, and answers that it took effect."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    def send(self, company: Company, commands: list[Command]) -> list[Reply]:
        """All of them."""
        self.sent += commands
        return [Done("1")] * len(commands)


def stage(writer: Writer) -> Stage:
    """One that asks nothing."""
    client: Any = None
    remembering: Any = writer
    return Stage(client, remembering, COMPANY, new_trace())


@pytest.mark.parametrize(
    ("operation", "traced", "values"),
    [
        (Operation.CLOSE, INVOICES, {"id": "1"}),
        (Operation.POST, BILLS, {"id": "1"}),
        (Operation.DECLINE, INVOICES, {"id": "1"}),
        (Operation.CREATE, INVOICES, {"operationalNumber": "RE-1"}),
        (Operation.UPDATE, INVOICES, {"id": "1", "operationalNumber": "RE-1"}),
        (Operation.UPDATE, INVOICES, {"id": "1", "shouldSendViaElectronicInvoicing": True}),
        (Operation.CREATE, INVOICES, {"canGeneratePaymentLink": True}),
        (Operation.CREATE, Traced(resource=CUSTOMERS.resource, members=("comments",)), {}),
    ],
)
def test_nothing_final_is_ever_sent(operation: Operation, traced: Traced, values: dict[str, Any]) -> None:
    writer = Writer()
    with pytest.raises(IrreversibleError):
        stage(writer).send(operation, traced, values)
    assert writer.sent == []


def test_what_acts_outside_the_company_is_sent_as_false() -> None:
    writer = Writer()
    rehearsal = stage(writer)
    assert rehearsal.attempt(INVOICES, {"remarks": "x"}) == Done("1")
    (command,) = writer.sent
    assert command.input == {
        "remarks": "x",
        "shouldSendViaElectronicInvoicing": False,
        "canGeneratePaymentLink": False,
    }
    assert rehearsal.created == {"1": INVOICES}


def test_traces_fit_into_what_holds_them() -> None:
    traces = {new_trace() for _ in range(20)}
    assert len(traces) > 1
    assert {len(trace) for trace in traces} == {LONGEST_CODE}


@pytest.mark.parametrize(
    ("traced", "row", "is_ours"),
    [
        (INVOICES, {"remarks": "REHEARSE-0A1B2C", "sourceType": "PUBLIC_API"}, True),
        (INVOICES, {"remarks": "REHEARSE-0A1B2C", "sourceType": "SALES"}, False),
        (INVOICES, {"remarks": "REHEARSE-0A1B2C", "sourceType": None}, False),
        (INVOICES, {"remarks": "see REHEARSE-0A1B2C", "sourceType": "PUBLIC_API"}, False),
        (INVOICES, {"remarks": None, "sourceType": "PUBLIC_API"}, False),
        (CUSTOMERS, {"socialName": "REHEARSE-0A1B2C customer", "sourceType": "PUBLIC_API"}, True),
        (CUSTOMERS, {"socialName": "REHEARSE-0A1B2C4 Ltd", "sourceType": "PUBLIC_API"}, False),
        (CUSTOMERS, {"socialName": "REHEARSE-GmbH", "sourceType": "PUBLIC_API"}, False),
        (CUSTOMERS, {"socialName": "rehearse-0a1b2c customer", "sourceType": "PUBLIC_API"}, False),
        (ITEMS, {"code": "REHEARSE-0A1B2C", "name": "REHEARSE-0A1B2C item"}, True),
        (ITEMS, {"code": "REHEARSE-0A1B2C", "name": "REHEARSE-000000 item"}, False),
        (ITEMS, {"code": "REHEARSE-0A1B2C", "name": "Chair"}, False),
    ],
)
def test_only_what_a_rehearsal_made_is_its_own(traced: Traced, row: dict[str, Any], is_ours: bool) -> None:
    assert traced.is_ours(row) is is_ours


@pytest.mark.parametrize("rate", ["2.1", "4", "5.5", "6", "7", "10", "13", "16", "18", "19", "20", "21", "22", "23"])
def test_the_price_tells_how_vat_is_rounded(rate: str) -> None:
    vat = telling_price(Decimal(rate)) * Decimal(rate) / 100

    def rounded(amount: Decimal) -> Decimal:
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert rounded(vat * LINES) - rounded(vat) * LINES == Decimal("0.01")


def test_a_rate_of_0_tells_nothing() -> None:
    with pytest.raises(NotSeenError):
        telling_price(Decimal(0))


def test_vat_numbers_have_the_right_check_digit() -> None:
    # The example of the published algorithm.
    assert vat_number(f"{PREFIX}{1358562:06X}") == "ATU13585627"


def test_names_are_unique() -> None:
    names = [question.name for question in WRITE_QUESTIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("question", WRITE_QUESTIONS, ids=lambda question: question.name)
def test_texts_fit_a_narrow_terminal(question: WriteQuestion) -> None:
    meanings = [*question.outcomes.values(), *WRITE_OUTCOMES.values(), question.meaning(NOT_SEEN)]
    texts = [
        question.fact,
        question.sources,
        *(text for meaning in meanings for text in (meaning.service, meaning.connector)),
    ]
    assert question.unseen
    assert [text for text in texts if len(text) > LONGEST_TEXT or not text] == []
    assert not WRITE_OUTCOMES.keys() & question.outcomes.keys()


def test_words_of_a_refusal_stay_here() -> None:
    answer = classify_reply(Refused(configuration_error("Secret Ltd is there.", "Rename it.")))
    assert (answer.outcome, answer.names) == ("words", ())


def answering(answer: Observation) -> WriteQuestion:
    """A question with this answer."""
    like = WRITE_QUESTIONS[0]
    return WriteQuestion(
        name=like.name, fact=like.fact, sources=like.sources, outcomes=like.outcomes, ask=lambda *_: answer
    )


def report(*, left: bool = False, outcome: str = "kept", after: int | None = 3) -> OwnRehearsalReport:
    """A report of one question."""
    scene: Any = None
    findings = examined([answering(Observation(outcome, "Secret Ltd"))], scene, {}, lambda: None)
    counts = dict.fromkeys((traced.name for traced in TRACED), 3)
    last = Sweep(left=[Left(CUSTOMERS, "0815", "Secret Ltd")] if left else [])
    earlier = Sweep(deleted=Counter(customers=2))
    later = None if after is None else dict.fromkeys(counts, after)
    return report_of("1", 7, COMPANY, Rehearsal(findings, earlier, Counter(customers=1), last, counts, later))


@pytest.mark.parametrize(
    ("found", "is_fine", "message"),
    [
        (report(), True, "Nothing is left"),
        (report(left=True), False, "LEFT: customers 0815"),
        (report(outcome="replaced"), False, "relies on something else here: code of a new customer"),
        (report(after=4), False, "the counts differ"),
        (report(after=None), False, "Nobody could count"),
    ],
    ids=["fine", "left", "contradicted", "counts differ", "not counted"],
)
def test_what_is_not_fine_is_said(
    found: OwnRehearsalReport, is_fine: bool, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found.is_fine is is_fine
    show_report(found)
    text = capsys.readouterr().out
    assert message in text
    assert "An earlier rehearsal had left 2 customers" in text
    for secret in ("Secret", "0815", COMPANY.id, COMPANY.name):
        assert secret not in found.without_business_data().model_dump_json()
