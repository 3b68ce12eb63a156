"""One company under examination: its rows in a database, the checks over them, and rows that are broken on purpose."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from graphql import get_named_type

from integration_tests.books.check import Check, Spoiled
from integration_tests.books.document_checks import DOCUMENT_CHECKS
from integration_tests.books.ledger_checks import LEDGER_CHECKS
from integration_tests.books.rows import ACCOUNT_LISTS, ROOTS, Node, Reader
from integration_tests.books.tables import Database
from integration_tests.books.views import VIEWS

CHECKS = (*LEDGER_CHECKS, *DOCUMENT_CHECKS)
ROOT_OF = {type_name: root for root, type_name in ROOTS.items()}
LEDGER = "accountingEntries"


class World:
    """The rows of one company, read when it is made."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._reader = reader
        self._database = Database(reader.facts, folder)
        self.nodes: dict[str, list[Node]] = {}
        for root in ROOTS:
            self.read(root)
        self._database.load_report("treatment_account", _treatment_accounts(self.nodes["taxTreatments"]))
        self.read_reports()
        for view in VIEWS:
            self._database.execute(view)
        self._database.execute(
            "CREATE TABLE closed_before AS "
            "SELECT exercise_id, code, sum(amount) AS amount FROM ledger WHERE is_closed GROUP BY ALL"
        )

    @property
    def checks(self) -> list[Check]:
        """The checks that concern the company's market."""
        return [check for check in CHECKS if check.market in (None, self._reader.company.market)]

    def read(self, root: str) -> None:
        """Read a list anew."""
        self.nodes[root] = self._reader.rows(root)
        self._database.load(ROOTS[root], self.nodes[root])

    def read_reports(self) -> None:
        """Read the reports anew."""
        exercises = self.nodes["accountingExercises"]
        self._database.load_report("trial_balance", self._reader.trial_balances(exercises))
        self._database.load_report("third_party_balance", self._reader.third_party_balances(exercises))

    def findings(self, check: Check) -> set[tuple[Any, ...]]:
        """What a check finds."""
        return set(self._database.query(check.sql))

    def all_findings(self) -> dict[str, set[tuple[Any, ...]]]:
        """What each check finds, by its id."""
        return {check.id: self.findings(check) for check in self.checks}

    @contextmanager
    def spoiled(self, spoiled: Spoiled) -> Iterator[None]:
        """Break a row through /admin/touch for as long as the block lasts, and read what may have changed."""
        picked = self._database.query(spoiled.pick)
        assert picked, f"no row to break: {spoiled.pick}"
        row_id = picked[0][0]
        root = ROOT_OF[spoiled.type_name]
        node = next(row for row in self.nodes[root] if row["id"] == row_id)
        holder = node[spoiled.child][0] if spoiled.child else node
        kind = self._child_type(spoiled.type_name, spoiled.child) if spoiled.child else spoiled.type_name
        broken = copy.deepcopy(holder)
        for path, change in spoiled.changes.items():
            self._apply(broken, path.split("."), change, row_id)
        members = {path.split(".")[0] for path in spoiled.changes}
        self._touch(spoiled, row_id, {name: self._stored(kind, name, broken[name]) for name in members})
        self._refresh(root, stale=spoiled.stale)
        try:
            yield
        finally:
            self._touch(spoiled, row_id, {name: self._stored(kind, name, holder[name]) for name in members})
            self._refresh(root, stale=spoiled.stale)

    def _refresh(self, root: str, *, stale: bool) -> None:
        if not stale:
            self.read(root)
        if root == LEDGER:
            self.read_reports()

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

    def _child_type(self, type_name: str, child: str) -> str:
        return self._reader.facts.target(type_name, child)

    def _stored(self, type_name: str, name: str, value: Any) -> Any:
        """A value as the sandbox's tables hold it, that is with numbers for decimals."""
        target = get_named_type(self._reader.facts.object_type(type_name).fields[name].type)
        if isinstance(value, list):
            return [self._stored(type_name, name, element) for element in value]
        if isinstance(value, dict):
            return {member: self._stored(target.name, member, part) for member, part in value.items()}
        return Decimal(value) if target.name == "Decimal" and value is not None else value


def _treatment_accounts(treatments: Iterable[Node]) -> Iterator[Node]:
    for row in treatments:
        for name in ACCOUNT_LISTS:
            for account in row[name] or ():
                yield {"treatmentId": row["id"], "accountId": account["id"], "isInput": name == ACCOUNT_LISTS[0]}
