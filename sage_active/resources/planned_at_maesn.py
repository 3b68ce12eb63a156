"""Where Maesn's contract has the objects that it only plans for Sage Active.

Such a binding together with a planned cell makes a read ask first whether Maesn answers (docs/reference/maesn.md,
"Planned objects"). Nothing of it is written.
"""

from typing import Final

from sage_active.resources.open_documents import UNPAID_AT_MAESN
from sage_active.resources.resource import MaesnResource

_CHANGED_OR_CREATED: Final = ("updatedDate", "createdDate")

ACCOUNTS: Final = MaesnResource(path="accounts", record="Account", dates=_CHANGED_OR_CREATED)
CREDIT_NOTES: Final = MaesnResource(path="creditNotes", record="CreditNote", dates=_CHANGED_OR_CREATED)
# Sage Active gives tags no dates, so that those of Maesn cannot tell when one changes: they are read whole.
TRACKING_CATEGORIES: Final = MaesnResource(path="dimensions", record="TrackingCategory", dates=())
VENDOR_CREDITS: Final = MaesnResource(
    path="vendorCredits",
    record="VendorCredit",
    dates=_CHANGED_OR_CREATED,
    open_documents=UNPAID_AT_MAESN,
)
