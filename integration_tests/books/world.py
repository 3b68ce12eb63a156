"""One company under examination: its rows in a database, the checks over them, and rows that are broken on purpose."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from graphql import get_named_type

from integration_tests.books.check import Check, Spoiled
from integration_tests.books.document_checks import DOCUMENT_CHECKS
from integration_tests.books.ledger_checks import LEDGER_CHECKS
from integration_tests.books.link_checks import LINK_CHECKS
from integration_tests.books.rows import ACCOUNT_LISTS, ROOTS, Node, Reader, Reports
from integration_tests.books.tables import Database
from integration_tests.books.views import DEFINITIONS, LEDGER, VIEWS

CHECKS = (*LEDGER_CHECKS, *LINK_CHECKS, *DOCUMENT_CHECKS)
ROOT_OF = {type_name: root for root, type_name in ROOTS.items()}
REPORT_TABLES = ("trial_balance", "third_party_balance")
Findings = dict[str, set[tuple[Any, ...]]]


class World:
    """The rows of one company, read when it is made."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._reader = reader
        self._database = Database(reader.facts, folder)
        self._nodes = {root: reader.rows(root) for root in ROOTS}
        self._reports = {row["id"]: reader.reports(row) for row in self._nodes["accountingExercises"]}
        for root, nodes in self._nodes.items():
            self._database.load(ROOTS[root], nodes)
        self._database.load_report("treatment_account", _treatment_accounts(self._nodes["taxTreatments"]))
        self._load_reports(self._reports)
        for statement in (*LEDGER, *VIEWS):
            self._database.execute(statement)
        self._database.execute(
            "CREATE TABLE closed_before AS "
            "SELECT exercise_id, code, sum(amount) AS amount FROM ledger WHERE is_closed GROUP BY ALL"
        )

    @property
    def checks(self) -> list[Check]:
        """The checks that concern the company's market."""
        return [check for check in CHECKS if check.market in (None, self._reader.company.market)]

    def findings(self) -> Findings:
        """What each check finds, by its id."""
        return {check.id: set(self._database.query(check.sql)) for check in self.checks}

    def findings_of_broken(self, spoiled: Spoiled) -> Findings:
        """What the checks find that read what a row, broken through /admin/touch, has changed.

        The row is as before afterwards. LookupError if the company has no row that fits.
        """
        picked = self._database.query(spoiled.pick)
        if not picked:
            raise LookupError(f"no row to break: {spoiled.pick}")
        root, row_id = ROOT_OF[spoiled.type_name], picked[0][0]
        before = next(row for row in self._nodes[root] if row["id"] == row_id)
        holder = before[spoiled.child][0] if spoiled.child else before
        kind = self._reader.facts.target(spoiled.type_name, spoiled.child) if spoiled.child else spoiled.type_name
        broken = copy.deepcopy(holder)
        for path, change in spoiled.changes.items():
            self._apply(broken, path.split("."), change, row_id)
        members = {path.split(".")[0] for path in spoiled.changes}
        self._touch(spoiled, row_id, {name: self._stored(kind, name, broken[name]) for name in members})
        try:
            with self._database.undone():
                changed = self._read_again(root, before, stale=spoiled.stale)
                return {
                    check.id: set(self._database.query(check.sql))
                    for check in self.checks
                    if tables_read(check.sql) & changed
                }
        finally:
            self._touch(spoiled, row_id, {name: self._stored(kind, name, holder[name]) for name in members})

    def _read_again(self, root: str, before: Node, *, stale: bool) -> set[str]:
        """Read a row, unless only reports shall know of its change, and its reports; the tables that are changed."""
        changed: set[str] = set()
        if not stale:
            changed |= self._database.replace(ROOTS[root], before, self._reader.row(root, before["id"]))
        if root == "accountingEntries":
            for statement in LEDGER:
                self._database.execute(statement)
            exercise_id = before["accountingExerciseId"]
            exercise = next(row for row in self._nodes["accountingExercises"] if row["id"] == exercise_id)
            self._load_reports({**self._reports, exercise_id: self._reader.reports(exercise)})
            changed |= {*REPORT_TABLES}
        return changed

    def _load_reports(self, reports: Mapping[str, Reports]) -> None:
        for name in REPORT_TABLES:
            self._database.load_report(name, (row for found in reports.values() for row in found[name]))

    def _touch(self, spoiled: Spoiled, row_id: str, changes: Mapping[str, Any]) -> None:
        self._reader.change(spoiled.type_name, row_id, changes, spoiled.child)

    def _apply(self, holder: Any, path: list[str], change: Any, row_id: str) -> None:
        for step in path[:-1]:
            holder = holder[int(step)] if step.isdigit() else holder[step]
        name = path[-1]
        if change in ("+1", "-1"):
            old = holder[name]
            holder[name] = old + int(change) if isinstance(old, int) else str(Decimal(old) + int(change))
        elif isinstance(change, str) and change.startswith("SELECT "):
            holder[name] = self._database.query(change.format(id=row_id))[0][0]
        else:
            holder[name] = change

    def _stored(self, type_name: str, name: str, value: Any) -> Any:
        """A value as the sandbox's tables hold it, that is with numbers for decimals."""
        target = get_named_type(self._reader.facts.object_type(type_name).fields[name].type)
        if isinstance(value, list):
            return [self._stored(type_name, name, element) for element in value]
        if isinstance(value, dict):
            return {member: self._stored(target.name, member, part) for member, part in value.items()}
        return Decimal(value) if target.name == "Decimal" and value is not None else value


@cache
def tables_read(sql: str) -> frozenset[str]:
    """Names of the tables that a query reads, those of the views included."""
    names = set(re.findall(r"\w+", sql))
    return frozenset(names.union(*(tables_read(DEFINITIONS[name]) for name in names & DEFINITIONS.keys())))


def _treatment_accounts(treatments: Iterable[Node]) -> Iterator[Node]:
    for row in treatments:
        for name in ACCOUNT_LISTS:
            for account in row[name] or ():
                yield {"treatmentId": row["id"], "accountId": account["id"], "isInput": name == ACCOUNT_LISTS[0]}
