"""What bills are: by what they are recognised, how they live, and what their records must be like.

Sources: docs/reference/purchases.md, "Bills" and "Lifecycle of bills"; docs/reference/writing.md, "Repeatable creates".
"""

from typing import Final

from sage_active.resources.key_forms import DOCUMENT_NUMBER, YEAR
from sage_active.resources.keys import Key
from sage_active.resources.lifecycle import DayOf, Journal, Lifecycle, Operation, RecordName, Step
from sage_active.resources.likeness import Likeness
from sage_active.resources.numbering import Numbering
from sage_active.resources.rules import ANY, Rule
from sage_active.resources.tax_choice import TaxChoice

NUMBER_OF_SUPPLIER: Final = Key(
    ("supplierId", "invoiceNumber", "invoiceDate"), forms={"invoiceNumber": DOCUMENT_NUMBER, "invoiceDate": YEAR}
)
LIFECYCLE: Final = Lifecycle(
    member="status",
    initial="Pending",
    editable=frozenset({"Pending"}),
    steps=(
        Step(
            act=Operation.POST,
            source="Pending",
            target="Posted",
            inputs={
                "accountingEntryDescription": RecordName(200),
                "journalTypeId": Journal("PURCHASE_INVOICE"),
                "postingDate": DayOf("invoiceDate"),
            },
            final=True,
        ),
    ),
    states={"draft": "Pending", "posted": "Posted"},
    later={"PartiallyPaid": "posted", "Paid": "posted"},
    barred={
        "Closed": "its posting failed or was taken back",
        "AwaitingDecision": "nobody has accepted it yet",
        "PartiallyAccepted": "it was accepted in part only",
        "Accepted": "it is an electronic bill, which is accepted and posted in Sage Active",
        "Refused": "it was refused",
        "Uploading": "its file has not been read yet",
        "SbdRejected": "the virus scan has refused its file",
    },
)
# Nobody but the supplier numbers them.
NUMBERING: Final = Numbering(day="invoiceDate")
LIKENESS: Final = Likeness(same=("supplierId", "totalLiquid"), day="invoiceDate", days=7, number="invoiceNumber")
TAX_CHOICE: Final = TaxChoice(
    lines="vatLines",
    treatment="taxTreatmentId",
    chosen=("taxId", "taxTreatmentId", "purchaseAccountingAccountId"),
    party="supplierId",
    country="countryAcronym",
    reverse_charge="isIntracomunity",
    register="registerType",
    registers=frozenset({"RECEIVED", "BOTH"}),
    withholds={"ES": "personalIncomeTax"},
)
_BOTH: Final = "stands beside {}, and Sage Active takes one of the two: leave one out"
RULES: Final = (
    *(
        Rule(
            path="vatLines.vatPercentage",
            test="forbidden",
            value=None,
            reason=_BOTH.format(f"`{beside}`"),
            code="rate-stated-twice",
            when={beside: ANY},
        )
        for beside in ("taxId", "tax")
    ),
    Rule(
        path="hasCashVat",
        test="forbidden",
        value=(True,),
        reason="is true, and bills in Spain do not have it: leave it out",
        code="market",
        markets=frozenset({"ES"}),
    ),
)
