"""Whether lines can come from the lines of earlier documents that they name, as far as Sage Active shows that.

The server refuses what cannot be taken over. Asked before, the reason is clear and names the line of the record.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from destination_sage_active.plan.item import Item
from destination_sage_active.plan.planner import Decision
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.write.removals import UNTOLD
from sage_active.client import Company
from sage_active.errors import SageActiveError
from sage_active.markets import DIRECT
from sage_active.resources.line_origins import LineOrigins
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.writing import Row, WriteClient, WriteModel

CODE: Final = "origin"


class _Origin(NamedTuple):
    """What a line that is going to be sent names: the kind of document, its id and that of its line, in lower case."""

    kind: str
    document: str
    line: str


class Origins:
    """Judges lines that are going to be sent, with one question for each kind of document."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client

    def rejected(
        self, company: Company, model: WriteModel, decisions: Mapping[int, tuple[Item, Decision]]
    ) -> Mapping[int, Rejected]:
        """Why records are rejected, by the place of their decision. Raises `SageActiveError`."""
        binding = model.resource.direct if model.connection == DIRECT else None
        declared = binding.origins if binding else None
        if declared is None:
            return {}
        named = {index: list(_named(declared, decision)) for index, (_, decision) in decisions.items()}
        found = self._documents(company, declared, [origin for origins in named.values() for origin in origins])
        wrong: dict[int, Rejected] = {}
        for index, origins in named.items():
            item, _ = decisions[index]
            verdicts = (self._wrong(company, declared, item, origin, found) for origin in origins if found is not None)
            if reason := next((verdict for verdict in verdicts if verdict), None):
                wrong[index] = reason
        return wrong

    def _documents(
        self, company: Company, declared: LineOrigins, origins: Sequence[_Origin]
    ) -> Mapping[tuple[str, str], Row] | None:
        """The documents by kind and id; None where the user may not read them, so that the server alone can judge."""
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for origin in origins:
            by_kind[origin.kind].add(origin.document)
        found: dict[tuple[str, str], Row] = {}
        try:
            for kind, ids in by_kind.items():
                resource = RESOURCE_BY_NAME[declared.objects[kind]]
                for row in self._client.find(resource, company, resource.key(DIRECT), sorted(ids), fresh=True):
                    found[kind, str(row[resource.key(DIRECT)]).lower()] = row
        except SageActiveError as error:
            if error.fault not in UNTOLD:
                raise
            return None
        return found

    def _wrong(
        self,
        company: Company,
        declared: LineOrigins,
        item: Item,
        origin: _Origin,
        found: Mapping[tuple[str, str], Row],
    ) -> Rejected | None:
        """Why a line cannot come from where it says."""
        members = f"`{declared.kind}`, `{declared.document}` and `{declared.line}`"
        at, remedy = _path_of(declared, item, origin), f"name another line, or leave {members} out"
        document = found.get((origin.kind, origin.document))
        if document is None:
            reason = f"names no {_readable(origin.kind)} of the company; {remedy}"
            return Rejected(f"{at}{declared.document}", reason, CODE)
        lines: Sequence[Row] = document.get(declared.lines) or ()
        line = next((row for row in lines if str(row.get("id")).lower() == origin.line), None)
        if line is None:
            reason = f"names no line of that {_readable(origin.kind)}; {remedy}"
            return Rejected(f"{at}{declared.line}", reason, CODE)
        if line.get(declared.status) == declared.used_up:
            reason = f"names a line that is used up, so that nothing is left to take over; {remedy}"
            return Rejected(f"{at}{declared.line}", reason, CODE)
        model = self._client.model(RESOURCE_BY_NAME[declared.objects[origin.kind]]).in_market(company.market)
        if model.lifecycle and not model.lifecycle.is_editable(document):
            status, allowed = document.get(model.lifecycle.member), " or ".join(sorted(model.lifecycle.editable))
            reason = f"names a {_readable(origin.kind)} that is {status}; lines come from {allowed} ones only: {remedy}"
            return Rejected(f"{at}{declared.document}", reason, CODE)
        return None


def _named(declared: LineOrigins, decision: Decision) -> Iterator[_Origin]:
    """The origins of lines that the commands of a decision add."""
    for command in decision.commands:
        lines: Any = command.input.get(declared.lines)
        for line in lines if isinstance(lines, list) else ():
            kind = line.get(declared.kind)
            if kind in declared.objects:
                ids = (str(line.get(member) or "").lower() for member in (declared.document, declared.line))
                yield _Origin(kind, *ids)


def _path_of(declared: LineOrigins, item: Item, origin: _Origin) -> str:
    """Where the record has the line."""
    lines: Sequence[Row] = item.values.get(declared.lines) or ()
    indices = (index for index, line in enumerate(lines) if str(line.get(declared.line) or "").lower() == origin.line)
    return f"{declared.lines}[{next(indices, 0)}]."


def _readable(kind: str) -> str:
    return kind.lower().replace("_", " ")
