"""The working file in the columns of the French fichier des écritures comptables."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from integration_tests.models.ledger_figures import CLOSURES
from integration_tests.models.warehouse import Row
from integration_tests.models.world import World


def by_year(rows: list[Row]) -> dict[tuple[str, int], list[Row]]:
    """The files, each in its order."""
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: int(row["line_position"])):
        found[row["company_id"], row["fiscal_year"]].append(row)
    return found


def test_it_has_every_line_but_those_of_closing_entries(world: World) -> None:
    rows = world.warehouse.query("SELECT * FROM fec_working_file")
    if world.market != "fr":
        assert rows == []
        return
    files = by_year(rows)
    for company in world.companies:
        years = world.rows(company, "AccountingExercise")
        expected: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
        for entry, line in world.entries(company):
            if entry["entryType"] not in CLOSURES:
                sums = expected[years[entry["accountingExerciseId"]]["exercise"]]
                for position, amount in enumerate((line["debitAmount"], line["creditAmount"], Decimal(1))):
                    sums[position] += amount
        for year, sums in expected.items():
            lines = files[company.id, year]
            assert [sum(line["debit"] for line in lines), sum(line["credit"] for line in lines), len(lines)] == sums


def test_openings_stand_first_and_numbers_have_no_gaps(world: World) -> None:
    for lines in by_year(world.warehouse.query("SELECT * FROM fec_working_file")).values():
        assert [line["line_position"] for line in lines] == list(range(1, len(lines) + 1))
        openings = [line["journal_code"] == "AN" for line in lines]
        assert openings == sorted(openings, reverse=True)
        numbers: dict[str, list[int]] = defaultdict(list)
        for line in lines:
            numbers[line["journal_code"]].append(line["ecriture_num"])
        for found in numbers.values():
            assert found[0] == 1
            assert all(after - before in (0, 1) for before, after in pairwise(found))


def test_it_is_provisional_while_an_entry_is_open(world: World) -> None:
    for (_, year), lines in by_year(world.warehouse.query("SELECT * FROM fec_working_file")).items():
        assert {line["is_provisional"] for line in lines} == {year > 2023}
        if year <= 2023:
            assert all(line["valid_date"] for line in lines)


def test_the_day_of_a_match_is_that_of_its_last_entry(world: World) -> None:
    last: dict[tuple[str, str], date] = {}
    for company in world.companies:
        for entry, line in world.entries(company):
            match: Any = line["accountingEntryPayment"]
            if match and match["matching"] == "FULL_MATCH":
                key = (company.id, match["matchingLetter"])
                last[key] = max(last.get(key, date.min), entry["date"].date())
    rows = world.warehouse.query("SELECT * FROM fec_working_file WHERE ecriture_let IS NOT NULL")
    assert {(row["company_id"], row["ecriture_let"]): row["date_let"] for row in rows} == (
        last if world.market == "fr" else {}
    )
    assert world.warehouse.query("SELECT 1 FROM fec_working_file WHERE date_let IS NULL AND ecriture_let <> ''") == []
