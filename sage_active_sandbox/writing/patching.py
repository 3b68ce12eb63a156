"""Applies inputs to rows as declared: members, single parts, and lists of children.

Source: docs/reference/writing.md, "Updates".
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from sage_active_sandbox.store import Row
from sage_active_sandbox.writing.declarations import CONTROL_MEMBERS, Declaration
from sage_active_sandbox.writing.refusals import Problems
from sage_active_sandbox.writing.target import Target

Input = Mapping[str, Any]


class Patch:
    """Puts the members that were sent into copies of rows and notes the problems; the store is not touched."""

    def __init__(self, target: Target, problems: Problems) -> None:
        self._target = target
        self._problems = problems

    def created(self, sent: Input, declaration: Declaration) -> Row:
        """A row with exactly the members that were sent."""
        row: Row = {}
        self._members(row, sent, declaration, "", fixed=frozenset())
        self._required(row, declaration, "")
        return row

    def changed(self, before: Row, sent: Input, declaration: Declaration) -> Row:
        """A copy of the row with the members that were sent; null clears a member."""
        row = copy.deepcopy(before)
        self._members(row, sent, declaration, "", fixed=declaration.fixed)
        self._required(row, declaration, "")
        return row

    def _required(self, row: Row, declaration: Declaration, path: str) -> None:
        for name in declaration.required:
            if row.get(name) is None or (isinstance(row[name], str) and not row[name].strip()):
                self._problems.add("required", path + name)

    def _members(self, row: Row, sent: Input, declaration: Declaration, path: str, *, fixed: frozenset[str]) -> None:
        replaced = set(sent.get("replaceAll") or ()) if self._target.switches.replace_all == "replaces" else set()
        for name, value in sent.items():
            if name in CONTROL_MEMBERS or name in declaration.ignored:
                continue
            if name in fixed:
                if value != row.get(name) and self._target.switches.fixed_members == "refused":
                    self._problems.add("notModifiable", path + name)
            elif name in declaration.children:
                if value is not None:
                    old = [] if collection_name(name) in replaced else row.get(name) or []
                    known = row.get(name) or []
                    row[name] = self._children(old, known, value, declaration.children[name], path + name)
            elif name in declaration.parts:
                row[name] = None if value is None else self._part(value, declaration.parts[name], f"{path}{name}.")
            else:
                row[name] = self._value(name, value, declaration, path)
        for pair in declaration.twins:
            for one, other in (pair, pair[::-1]):
                if sent.get(one) is not None and other not in sent:
                    row.pop(other, None)

    def _part(self, sent: Input, declaration: Declaration, path: str) -> Row:
        part: Row = {}
        self._members(part, sent, declaration, path, fixed=frozenset())
        return part

    def _children(
        self, kept: list[Row], known: list[Row], sent: Iterable[Input], declaration: Declaration, path: str
    ) -> list[Row]:
        children = {child["id"]: child for child in kept}
        by_id = {child["id"]: child for child in known}
        for position, element in enumerate(sent):
            child_id = element.get("id")
            action = element.get("requestedAction") or ("CREATE" if child_id is None else "MODIFY")
            prefix = f"{path}[{position}]."
            if action == "CREATE":
                child = self._target.stamped({})
                self._members(child, element, declaration, prefix, fixed=frozenset())
                children[child["id"]] = child
            elif child_id not in by_id:
                self._problems.add("childNotFound", path, value=child_id)
            elif action == "DELETE":
                children.pop(child_id, None)
            else:
                child = by_id[child_id]
                self._members(child, element, declaration, prefix, fixed=frozenset())
                child["modificationDate"] = self._target.store.clock.now()
                children[child_id] = child
        return [*children.values()]

    def _value(self, name: str, value: Any, declaration: Declaration, path: str) -> Any:
        if value is None:
            return None
        length = declaration.lengths.get(name)
        if length is not None and len(value) > length:
            self._problems.add("tooLong", path + name, length=length)
        referred = declaration.references.get(name)
        if referred is not None and value not in self._target.table(referred):
            self._problems.add("unknownReference", path + name, value=value)
        return self._target.day(value) if name in declaration.days else value


def collection_name(member: str) -> str:
    """The member of ReplaceAllType that stands for a list of children: "socialMedias" is SOCIAL_MEDIAS."""
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in member)
