"""All questions of a rehearsal, in the order in which they are asked: each leaves what the next ones need."""

from collections.abc import Sequence
from typing import Final

from sage_active_cli.rehearse.question import WriteQuestion
from sage_active_cli.rehearse.questions.bills import BILL_QUESTIONS
from sage_active_cli.rehearse.questions.deletions import DELETIONS
from sage_active_cli.rehearse.questions.invoices import INVOICE_QUESTIONS
from sage_active_cli.rehearse.questions.third_parties import THIRD_PARTIES

WRITE_QUESTIONS: Final[Sequence[WriteQuestion]] = (*THIRD_PARTIES, *INVOICE_QUESTIONS, *BILL_QUESTIONS, *DELETIONS)
