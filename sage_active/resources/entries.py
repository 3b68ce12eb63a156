"""Entries of the ledger as they are written: by codes, once, and never changed.

Source: docs/reference/accounting.md, "Accounts" and "Creating entries".
"""

from typing import Final

from sage_active.resources.creation_rules import Companion, CreationRules, Named, OpenPeriod, TaxRegister
from sage_active.resources.keys import Gathered, Key
from sage_active.resources.rules import Rule

LINES: Final = "accountingEntryLines"
ACCOUNT: Final = f"{LINES}.subAccountCode"

ENTRY_KEY: Final = Key(
    ("journalTypeCode", "date", "documentNumber"),
    filter_path={"journalTypeCode": ("journalType", "code")},
    apart=Gathered(LINES, "thirdCode", ("accountingEntryThirdParty", "code")),
    further=("description", "documentDate"),
)

ENTRY_RULES: Final = (
    Rule(
        path=f"{LINES}.debitAmount",
        test="sum_zero",
        value="creditAmount",
        reason="does not balance: the debit amounts of an entry must add up to its credit amounts",
        code="unbalanced",
    ),
    Rule(
        path="documentNumber",
        test="required",
        reason="is required in Germany, and has no value",
        code="required",
        markets=frozenset({"DE"}),
    ),
    Rule(
        path="description",
        test="required",
        reason="is required in Germany, and has no value",
        code="required",
        markets=frozenset({"DE"}),
    ),
)

ENTRY_CREATION: Final = CreationRules(
    named=(
        Named(
            path="journalTypeCode",
            member="deactivated",
            allowed=(False, None),
            reason="is a journal that is deactivated; name another one, or activate it in Sage Active",
        ),
        Named(
            path=ACCOUNT,
            member="accountLevel",
            allowed=("SUB_ACCOUNT", None),
            reason="is not an account that entries can be written to; name a sub-account (level SUB_ACCOUNT)",
        ),
        Named(
            path=ACCOUNT,
            member="deactivated",
            allowed=(False, None),
            reason="is an account that is deactivated; name another one, or activate it in Sage Active",
        ),
    ),
    companions=(
        Companion(
            path=ACCOUNT,
            member="subAccountType",
            kinds={"CUSTOMER": "Customer", "PROVIDER": "Supplier", "EMPLOYEE": "Employee"},
            needs="thirdCode",
            reason="is required, because the account of the line is a collective account; send the code of the "
            "customer, supplier or employee",
        ),
    ),
    open_period=OpenPeriod(
        day="date",
        type="AccountingExercise",
        begin="startDate",
        end="endDate",
        closed=("status", "CLOSED"),
        periods="periods",
        is_closed="isClosed",
    ),
    tax_register=TaxRegister(
        lines=LINES,
        account="subAccountCode",
        treatment="taxTreatmentId",
        kind="subAccountType",
        kinds=frozenset({"INPUT_TAX", "OUTPUT_TAX", "CURRENT_ASSETS_INPUT_TAX", "BORROWED_CAPITAL_OUTPUT_TAX"}),
        treatments="TaxTreatment",
        accounts=("inputAccountingAccount", "outputAccountingAccount"),
        path=("accountingEntryInvoice", "accountingEntryTaxes"),
    ),
    sides=(LINES, "debitAmount", "creditAmount"),
)
