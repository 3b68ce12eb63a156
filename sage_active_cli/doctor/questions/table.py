"""All questions, by connection, in the order in which they are shown."""

from collections.abc import Sequence
from typing import Final

from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.question import Question
from sage_active_cli.doctor.questions.balances import BALANCES
from sage_active_cli.doctor.questions.documents import DOCUMENTS
from sage_active_cli.doctor.questions.files import FILES
from sage_active_cli.doctor.questions.ledger import LEDGER
from sage_active_cli.doctor.questions.maesn import MAESN_QUESTIONS
from sage_active_cli.doctor.questions.reading import READING
from sage_active_cli.doctor.questions.schema import SCHEMA
from sage_active_cli.doctor.questions.sign_in import SIGN_IN

DIRECT_QUESTIONS: Final[Sequence[Question[DirectSubject]]] = (
    *SIGN_IN,
    *SCHEMA,
    *READING,
    *FILES,
    *DOCUMENTS,
    *LEDGER,
    *BALANCES,
)
__all__ = ["DIRECT_QUESTIONS", "MAESN_QUESTIONS"]
