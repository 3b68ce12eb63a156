"""The members of accounts, journals, exercises and employees as they are written; data only.

Source: docs/reference/accounting.md, "Accounts" and "Journals and exercises"; docs/reference/objects.md, "Third
parties".
"""

from sage_active_sandbox.writing.declarations import ADDRESS, CONTACT, Declaration

EMPLOYEE = Declaration(
    lengths={"code": 17, "name": 70, "shortName": 70, "comments": 2000},
    references={"defaultAccountingAccountId": "AccountingAccount", "businessAreaId": "BusinessArea"},
    required=("name",),
    fixed=frozenset({"code"}),
    days=frozenset({"gdprAppliedDate", "disabledDate"}),
    children={"addresses": ADDRESS, "contacts": CONTACT},
)
ACCOUNTING_ACCOUNT = Declaration(
    lengths={"name": 100},
    references={
        "transitionalPrepaymentAccountId": "AccountingAccount",
        "yearEndClosingAccountId": "AccountingAccount",
        "taxTreatmentId": "TaxTreatment",
    },
    required=("code",),
    unique=("code",),
    # The level that entries need; which one the server takes is not documented.
    defaults={"deactivated": False, "accountLevel": "SUB_ACCOUNT", "subAccountType": "UNDEFINED"},
    # Tags are read-only, although the input has them.
    ignored=frozenset({"accountingAccountDimensionTags"}),
)
JOURNAL_TYPE = Declaration(
    lengths={"code": 20, "name": 50},
    references={"accountingAccountId": "AccountingAccount"},
    required=("code", "name"),
    unique=("code",),
    defaults={"deactivated": False, "isCreditNote": False},
)
ACCOUNTING_EXERCISE = Declaration(
    lengths={"description": 100},
    required=("description",),
    unique=("exercise",),
    defaults={"status": "OPEN"},
    days=frozenset({"startDate", "endDate"}),
)

USERS_OF_ACCOUNTS = (
    ("AccountingEntry", "accountingEntryLines", "subAccountId"),
    *((party, "defaultAccountingAccountId") for party in ("Customer", "Supplier", "Employee")),
    ("Customer", "defaultPrepaymentAccountingAccountId"),
    ("Supplier", "defaultPurchaseAccountId"),
    ("Product", "salesAccountingAccountId"),
    ("PurchaseInvoice", "vatLines", "purchaseAccountingAccountId"),
    *((owner, "accountingAccountId") for owner in ("JournalType", "TransactionCategory")),
    *((owner, "subAccountId") for owner in ("PaymentMethod", "BankAccount")),
    *(("AccountingAccount", member) for member in ("transitionalPrepaymentAccountId", "yearEndClosingAccountId")),
)
"""Where the id of an account may stand."""

USERS_OF_JOURNALS = tuple((owner, "journalTypeId") for owner in ("AccountingEntry", "PaymentMethod", "BankAccount"))
"""Where the id of a journal may stand."""
