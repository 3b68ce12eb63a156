"""The general ledger and the trial balance, against the sandbox's entries and its own report."""

from integration_tests.models.world import World


def test_the_ledger_has_every_line_of_every_entry(world: World) -> None:
    for company in world.companies:
        accounts, years = world.rows(company, "AccountingAccount"), world.rows(company, "AccountingExercise")
        journals = world.rows(company, "JournalType")
        expected = {
            line["id"]: (
                entry["number"],
                entry["date"].date(),
                journals[entry["journalTypeId"]]["code"],
                years[entry["accountingExerciseId"]]["exercise"],
                accounts[line["subAccountId"]]["code"],
                line["debitAmount"],
                line["creditAmount"],
                (line["accountingEntryThirdParty"] or {}).get("code"),
                (line["accountingEntryPayment"] or {}).get("matchingLetter"),
            )
            for entry, line in world.entries(company)
        }
        rows = world.query(company, "SELECT * FROM general_ledger WHERE company_id = {company}")
        assert len(rows) == len(expected)
        names = (
            *("entry_number", "entry_date", "journal_code", "fiscal_year", "account_code", "debit", "credit"),
            *("third_party_code", "matching_letter"),
        )
        assert {row["entry_line_id"]: tuple(row[name] for name in names) for row in rows} == expected
        assert all(row["amount"] == row["debit"] - row["credit"] and row["period_start"] for row in rows)
