"""What a question of a rehearsal is: one of the doctor's, which may write, and whose answers may contradict us."""

from collections.abc import Mapping
from typing import Final

from sage_active_cli.doctor.question import NOT_ASKED, ODD, REFUSED, Meaning, Question
from sage_active_cli.rehearse.scene import Scene

WRITE_OUTCOMES: Final[Mapping[str, Meaning]] = {
    REFUSED: Meaning("refuses it", "rejects such records, with the service's reason", contradicts=True),
    NOT_ASKED: Meaning("could not be tried", "run the command again"),
    ODD: Meaning("answers in a shape that nobody expects", "please send the report", contradicts=True),
}


class WriteQuestion(Question[Scene]):
    """One line of a rehearsal's report."""

    __slots__ = ()

    def meaning(self, outcome: str) -> Meaning:
        """What an outcome means. Raises `KeyError` for one that the question does not have."""
        return WRITE_OUTCOMES.get(outcome) or Question.meaning(self, outcome)
