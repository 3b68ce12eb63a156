"""Checks of what belongs together: documents and entries, the tax register and its accounts."""

from typing import Final

from sage_active_cli.audit.check import Check, Severity
from sage_active_cli.audit.document_links import BookedHasDocument, PostedIsBooked
from sage_active_cli.audit.receivables import Receivables
from sage_active_cli.audit.tax_accounts import TaxAccounts

_LINES: Final = "accountingEntryLines"
_AMOUNTS: Final = (f"{_LINES}.debitAmount", f"{_LINES}.creditAmount")
_INVOICE: Final = f"{_LINES}.accountingEntryInvoice"
_DUE: Final = ("operationalNumber", "documentDate", "status", "totalLiquid", "totalWithholding")

LINK_CHECKS: Final = (
    Check(
        name="E13",
        title="The tax accounts are the tax register, in each exercise",
        severity=Severity.WARNING,
        needs={
            "journal_entries": (
                "entryType",
                "accountingExerciseId",
                f"{_LINES}.subAccountId",
                *_AMOUNTS,
                f"{_INVOICE}.amount",
                *(
                    f"{_INVOICE}.accountingEntryTaxes.{name}"
                    for name in ("taxTreatmentId", "taxAmount", "deductible", "equivalenceSurchargeQuota")
                ),
            ),
            "accounts": ("code", "subAccountType"),
            "tax_treatments": ("isIntracomunity",),
            "fiscal_years": ("exercise", "startDate", "endDate"),
        },
        examine=TaxAccounts,
        tolerance="0.01 for each exercise",
        exceptions="opening, carry-forward and closing entries; entries that were typed on tax accounts are findings",
    ),
    Check(
        name="X1",
        title="A posted invoice or credit note has an entry, whose third-party lines are its amount due",
        severity=Severity.WARNING,
        needs={
            **dict.fromkeys(("invoices", "credit_notes"), _DUE),
            "journal_entries": (
                "number",
                "salesInvoiceId",
                "journalTypeId",
                *_AMOUNTS,
                f"{_LINES}.accountingEntryThirdParty.thirdPartyId",
            ),
            "journals": ("type",),
            "fiscal_years": ("exercise", "startDate", "endDate"),
        },
        examine=PostedIsBooked,
        tolerance="0.01",
        exceptions="journals that are not for sales invoices; with or without what is withheld (ES); the sign; several "
        "entries of one invoice; with --since the first 31 days",
    ),
    Check(
        name="X2",
        title="An entry of sales has its invoice, and an entry of a bill its bill",
        severity=Severity.WARNING,
        needs={
            **dict.fromkeys(("invoices", "credit_notes"), ("operationalNumber",)),
            "bills": ("invoiceNumber",),
            "journal_entries": ("number", "sourceType", "salesInvoiceId", "sourceEntityId"),
        },
        examine=BookedHasDocument,
        exceptions="documents that were made after they had been read",
    ),
    Check(
        name="X3",
        title="What is open of posted invoices and credit notes is the balance of the customers",
        severity=Severity.NOTICE,
        needs={
            **dict.fromkeys(
                ("invoices", "credit_notes"),
                ("status", "totalLiquid", "openItems.amount", "openItems.paidAmountAccumulated"),
            ),
            "journal_entries": ("entryType", *_AMOUNTS, f"{_LINES}.accountingEntryThirdParty.origin"),
        },
        examine=Receivables,
        tolerance="0.01",
        exceptions="entries and receipts that were typed by hand, prepayments; opening, carry-forward and closing "
        "entries do not count; with or without what is withheld (ES)",
    ),
)
