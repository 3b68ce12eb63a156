"""Rows of the source that have one key: of what is final at once, nobody could say which of them is meant."""

from collections import defaultdict
from collections.abc import Sequence

from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company

SAME_KEY = "is the key of another row of this sync as well, so neither can be told from the other; {remedy}"
REMEDY = "give them numbers of their own, or add a member to `key`"
WRITTEN = f"that one was written before this one came: {REMEDY}"


class Rivals:
    """Remembers hashes of the keys of one sync, and of the rows that they belong to."""

    def __init__(self) -> None:
        self._owners: dict[int, int] = {}

    def refused(self, company: Company, items: Sequence[Item]) -> dict[int, Rejected]:
        """Why some of the items are not written, by their identities as objects."""
        if not items or not items[0].model.creates_final:
            return {}
        by_key: defaultdict[int, list[int]] = defaultdict(list)
        for index, item in enumerate(items):
            if item.owner and not item.is_deleted:
                name = item.model.resource.name
                by_key[hash((company.id, name, item.identities[-1]))].append(index)
        refused: dict[int, Rejected] = {}
        for key, indexes in by_key.items():
            owners = {hash(items[index].owner) for index in indexes}
            first = self._owners.setdefault(key, hash(items[indexes[0]].owner))
            for index in indexes:
                is_later = hash(items[index].owner) != first
                if len(owners) > 1 or is_later:
                    remedy = WRITTEN if len(owners) == 1 else REMEDY
                    member = items[index].identities[-1].member
                    refused[id(items[index])] = Rejected(member, SAME_KEY.format(remedy=remedy), "ambiguous")
        return refused
