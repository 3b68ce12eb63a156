"""Puts questions to one company, and keeps what each came to. Knows no question by name."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sage_active.errors import SageActiveError
from sage_active.fault_table.fault import Concern
from sage_active.faults import FAULT_BY_NAME, Kind
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import NOT_ASKED, NOT_SEEN, ODD, REFUSED, Meaning, Observation, Question

Subject = TypeVar("Subject")
LOGGER = logging.getLogger("airbyte")
NO_PARTS = Parts({})
# What judging meets in an answer that is not as the contract says: one odd answer must not end the others.
SHAPE_ERRORS: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a question came to. `fault`: the row of the table of faults that a refusal is, None without one."""

    question: Question[Any]
    answer: Observation
    fault: str | None = None

    @property
    def meaning(self) -> Meaning:
        """What it means."""
        return self.question.meaning(self.answer.outcome)


def examined(
    questions: Sequence[Question[Subject]],
    subject: Subject,
    answered: Mapping[str, Parts],
    step: Callable[[], None],
) -> list[Finding]:
    """The findings, in the order of the questions. `answered`: what was asked for all together; `step`: after each."""
    findings = []
    for question in questions:
        findings.append(_finding(question, subject, answered.get(question.name, NO_PARTS)))
        step()
    return findings


def _finding(question: Question[Subject], subject: Subject, parts: Parts) -> Finding:
    try:
        answer = question.ask(subject, parts)
    except NotSeenError:
        return Finding(question, Observation(NOT_SEEN))
    except SageActiveError as error:
        # What is not in the table is this program's own, such as a limit of requests.
        known = error.fault.name if error.fault.name in FAULT_BY_NAME else None
        is_about_this = known and error.fault.kind is not Kind.TRANSIENT and error.fault.concerns != Concern.CONNECTION
        return Finding(question, Observation(REFUSED if is_about_this else NOT_ASKED, str(error)), known)
    except SHAPE_ERRORS as exception:
        LOGGER.debug("The question %s met an odd answer.", question.name, exc_info=True)
        return Finding(question, Observation(ODD, type(exception).__name__))
    if answer.outcome not in question.outcomes:
        raise AssertionError(f"{question.name} has no outcome {answer.outcome}")
    return Finding(question, answer)
