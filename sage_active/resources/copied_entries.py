"""Which entries of a company are written to another one as they are, and which Sage Active makes there itself.

Source: docs/reference/accounting.md, "Entries" and "Journals and exercises".
"""

from typing import Final

from sage_active.resources.entries import LINES
from sage_active.resources.rules import ANY
from sage_active.resources.set_asides import SetAsides, Verdict

SOURCE: Final = "sourceType"
TYPE: Final = "entryType"

# Typed in, imported, or created through the API.
_ORDINARY: Final = ("ACCOUNTING", "IMPORT_FILE", "IMPORT_FILES", "PUBLIC_API")
_PAYMENTS: Final = frozenset({"payments", "bill_payments"})
MADE_BY_DOCUMENT: Final = "made by their documents, which make them again when they are posted."
MADE_BY_PAYMENT: Final = "made by their payments, which this sync writes as well."
OF_YEAR_END: Final = "made by the year-end process, which makes them in the other company as well."
PROVISIONAL: Final = "made to carry balances forward provisionally, which is done in the other company as well."
OF_CASH_VAT: Final = "made to move VAT that fell due with a payment, which a payment in the other company does again."
OF_ANOTHER_SOURCE: Final = "entries of this source are not copied."

COPIED_ENTRIES: Final = SetAsides(
    kind=(TYPE, SOURCE),
    total=(LINES, "debitAmount"),
    verdicts=(
        Verdict(when={TYPE: ("CLOSURE_ACCOUNTING", "CLOSURE_EXERCISE", "CLOSURE_WORTH")}, reason=OF_YEAR_END),
        Verdict(when={TYPE: ("TEMPORARY_CARRY_FORWARD",)}, reason=PROVISIONAL),
        Verdict(when={TYPE: ("CASH_VAT_ADJUSTMENT",)}, reason=OF_CASH_VAT),
        Verdict(when={SOURCE: ("YEAR_END_PROCESS_PREVIEW",)}, reason=PROVISIONAL),
        # The balances that a company begins with, whoever made the entry.
        Verdict(when={TYPE: ("OPENING",)}),
        Verdict(when={SOURCE: ("YEAR_END_PROCESS",)}, reason=OF_YEAR_END),
        # Copied or not, posted or not: a document that is posted later would make them a second time.
        Verdict(when={SOURCE: ("SALES", "AP_AUTOMATION")}, reason=MADE_BY_DOCUMENT),
        Verdict(when={SOURCE: _ORDINARY, "salesInvoiceId": ANY}, reason=MADE_BY_DOCUMENT),
        Verdict(when={SOURCE: _ORDINARY, "sourceEntityId": ANY}, reason=MADE_BY_DOCUMENT),
        Verdict(when={SOURCE: ("BANKING",)}, reason=MADE_BY_PAYMENT, beside=_PAYMENTS),
        Verdict(when={SOURCE: (*_ORDINARY, "BANKING")}),
        Verdict(when={SOURCE: ("SCHEDULER_SERVICE", "SAGE_FR")}, reason=OF_ANOTHER_SOURCE),
    ),
    otherwise=OF_ANOTHER_SOURCE,
)
