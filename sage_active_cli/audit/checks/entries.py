"""Checks of the ledger: the entries against the server's reports first, then in themselves and to one another."""

from typing import Final

from sage_active_cli.audit.check import Check, Severity
from sage_active_cli.audit.closed_periods import ClosedPeriods
from sage_active_cli.audit.each_row import each_row
from sage_active_cli.audit.entry_checks import balances, dimensions, one_side, open_items, tax_part
from sage_active_cli.audit.entry_links import AccountsExist, DatesFit
from sage_active_cli.audit.entry_numbers import NumbersFit
from sage_active_cli.audit.matching import FullMatches
from sage_active_cli.audit.server_balances import ThirdPartyBalances, TrialBalance
from sage_active_cli.audit.sums_check import SumsOfEntries

_LINES: Final = "accountingEntryLines"
_AMOUNTS: Final = (f"{_LINES}.debitAmount", f"{_LINES}.creditAmount")
_ACCOUNT: Final = f"{_LINES}.subAccountId"
_PARTY: Final = tuple(f"{_LINES}.accountingEntryThirdParty.{name}" for name in ("thirdPartyId", "origin", "code"))
_INVOICE: Final = f"{_LINES}.accountingEntryInvoice"
_EXERCISE: Final = "accountingExerciseId"
_HEAD: Final = ("number", _EXERCISE)
_KIND: Final = ("entryType", "sourceType")
_YEARS: Final = ("exercise", "startDate", "endDate")
_ACCOUNTS: Final = ("code", "accountLevel", "subAccountType")

ENTRY_CHECKS: Final = (
    Check(
        name="E10",
        title="The entries are the server's trial balance: every account of every exercise, debit and credit",
        severity=Severity.ERROR,
        needs={
            "journal_entries": (*_KIND, _EXERCISE, _ACCOUNT, *_AMOUNTS, *_PARTY),
            "accounts": _ACCOUNTS,
            "fiscal_years": _YEARS,
        },
        examine=SumsOfEntries,
        compares=TrialBalance(),
        exceptions="a report that leaves out carry-forward, closing or preview entries, shows third parties in the "
        "place of their account, balances in the place of turnovers, or nothing of accounts without a balance: the "
        "line says so; lines of higher account levels; a user who may not see every journal",
    ),
    Check(
        name="E11",
        title="The entries are the server's balances of third parties: customers, suppliers, employees",
        severity=Severity.ERROR,
        needs={
            "journal_entries": (*_KIND, _EXERCISE, _ACCOUNT, *_AMOUNTS, *_PARTY),
            "fiscal_years": _YEARS,
        },
        examine=SumsOfEntries,
        compares=ThirdPartyBalances(),
        exceptions="the same as for the trial balance",
    ),
    Check(
        name="E1",
        title="Debit is credit in every entry",
        severity=Severity.ERROR,
        needs={"journal_entries": (*_HEAD, *_AMOUNTS)},
        examine=each_row(balances),
        tolerance="below 0.005",
    ),
    Check(
        name="E2",
        title="A line stands on one side, and an entry has two lines",
        severity=Severity.NOTICE,
        needs={"journal_entries": (*_HEAD, _ACCOUNT, *_AMOUNTS), "accounts": ("code",)},
        examine=each_row(one_side),
        exceptions="lines of zero and negative amounts",
    ),
    Check(
        name="E3",
        title="Lines stand on accounts that exist and can be booked on",
        severity=Severity.ERROR,
        needs={"journal_entries": (*_HEAD, _ACCOUNT), "accounts": ("code", "accountLevel")},
        examine=AccountsExist,
        exceptions="accounts that were deactivated later",
    ),
    Check(
        name="E4",
        title="The day of an entry lies in its exercise and its period",
        severity=Severity.ERROR,
        needs={
            "journal_entries": (*_HEAD, "date", "accountingPeriodId"),
            "fiscal_years": (*_YEARS, "periods.id", "periods.startDate", "periods.endDate"),
        },
        examine=DatesFit,
        tolerance="the last day counts as a whole; of each period the earliest and the latest entry are named",
    ),
    Check(
        name="E5",
        title="Numbers of entries come once and without gaps, in DE tanNumber as well",
        severity=Severity.NOTICE,
        needs={"journal_entries": (*_HEAD, "tanNumber", "date", "journalTypeId", "sessionId")},
        examine=NumbersFit,
        exceptions="within what entries are numbered is not published: the scope that fits best counts; deleted "
        "entries leave gaps",
    ),
    Check(
        name="E6",
        title="The lines of a full match add up to nothing",
        severity=Severity.WARNING,
        needs={
            "journal_entries": (
                *_HEAD,
                "entryType",
                *_AMOUNTS,
                f"{_LINES}.accountingEntryPayment.matching",
                f"{_LINES}.accountingEntryPayment.matchId",
            )
        },
        examine=FullMatches,
        tolerance="below 0.01",
        exceptions="opening, carry-forward and closing entries, which repeat matched lines",
    ),
    Check(
        name="E7",
        title="The tax register of an invoice is its amount",
        severity=Severity.NOTICE,
        needs={
            "journal_entries": (
                *_HEAD,
                _ACCOUNT,
                *_AMOUNTS,
                f"{_INVOICE}.amount",
                *(
                    f"{_INVOICE}.accountingEntryTaxes.{name}"
                    for name in ("taxTreatmentId", "taxBase", "taxAmount", "deductible", "equivalenceSurchargeQuota")
                ),
            ),
            "accounts": ("code",),
            "tax_treatments": ("isIntracomunity",),
        },
        examine=each_row(tax_part),
        tolerance="0.01 for each rate",
        exceptions="the tax of reverse charges; what is withheld (ES); tax that is deductible in part",
    ),
    Check(
        name="E8",
        title="The open items of an invoice in an entry are its amount",
        severity=Severity.WARNING,
        needs={
            "journal_entries": (
                *_HEAD,
                _ACCOUNT,
                *_AMOUNTS,
                f"{_INVOICE}.amount",
                f"{_INVOICE}.openItems.amount",
            ),
            "accounts": ("code",),
        },
        examine=each_row(open_items),
        tolerance="0.01",
        exceptions="with or without what is withheld (ES); the sign",
    ),
    Check(
        name="E9",
        title="What of a line stands on a tracking category is not more than the line",
        severity=Severity.NOTICE,
        needs={
            "journal_entries": (
                *_HEAD,
                _ACCOUNT,
                *_AMOUNTS,
                f"{_LINES}.accountingEntryDimensionTags.dimensionId",
                f"{_LINES}.accountingEntryDimensionTags.amount",
            ),
            "accounts": ("code",),
        },
        examine=each_row(dimensions),
        tolerance="0.005",
        exceptions="lines that are tagged in part",
    ),
    Check(
        name="E12",
        title="Closed periods are what they were at the run that wrote the baseline",
        severity=Severity.ERROR,
        needs={
            "journal_entries": ("accountingPeriodId", _ACCOUNT, *_AMOUNTS),
            "accounts": ("code",),
            "fiscal_years": (*_YEARS, "status", "periods.id", "periods.startDate", "periods.isClosed"),
        },
        examine=ClosedPeriods,
        option="--baseline",
        exceptions="periods that were closed since; the run writes the baseline anew",
    ),
)
