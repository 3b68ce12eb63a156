"""Members of documents that act outside the company: sent as false, unless the configuration allows each by name."""

import logging
from collections import Counter
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from destination_sage_active.options.final_acts import FinalConfig
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.rejection import Held
from destination_sage_active.record.stream import Stream, label
from sage_active.client import Company
from sage_active.counted import counted
from sage_active.markets import DIRECT
from sage_active.resources.external_effects import ExternalEffect
from sage_active.writing import Row, WriteModel

LOGGER = logging.getLogger("airbyte")
MOST_NAMED: Final = 5


class Withheld(NamedTuple):
    """Of one record: the `members` that are sent as false, and those of them that it `requested` for, `because`."""

    members: frozenset[str]
    requested: tuple[str, ...]
    because: str


class Effects:
    """The effects of one sync: which of them the records ask for, and which are allowed."""

    def __init__(self, config: FinalConfig) -> None:
        self._config = config
        self._counts: Counter[tuple[Stream, str, str]] = Counter()
        self._named: dict[tuple[Stream, str, str], list[str]] = {}

    def withhold(self, company: Company, model: WriteModel, values: dict[str, Any], *, is_copy: bool) -> Withheld:
        """Takes out of the values of a record what it may not do outside the company.

        What the market does not have is not sent at all. `is_copy`: `company_map` has redirected the record.
        """
        allowed = frozenset() if is_copy else self._allowed(model)
        members, requested = [], []
        for effect in _effects(model):
            if effect.member in allowed:
                continue
            if values.get(effect.member):
                requested.append(effect.member)
                values[effect.member] = False
            if company.market in effect.markets:
                members.append(effect.member)
            else:
                values.pop(effect.member, None)
        because = "copies never do" if is_copy else "`allow_external_effects` and `final_acts` do not allow it"
        return Withheld(frozenset(members), tuple(requested), because)

    def note(self, stream: Stream, key: RecordKey, withheld: Withheld) -> None:
        """Remembers a record that asked for more than it gets."""
        for member in withheld.requested:
            cause = (stream, member, withheld.because)
            self._counts[cause] += 1
            named = self._named.setdefault(cause, [])
            if len(named) < MOST_NAMED:
                named.append(key.loggable)

    def tell(self) -> None:
        """Logs what was withheld, one line for each stream and member."""
        for (stream, member, because), count in self._counts.items():
            named = self._named[stream, member, because]
            rest = f" and {count - len(named)} more" if count > len(named) else ""
            LOGGER.warning(
                "`%s`: %s `%s`. It is sent as false, because %s: %s%s.",
                *(label(stream), counted(count, "record asks for", "records ask for"), member, because),
                *(", ".join(named), rest),
            )

    def _allowed(self, model: WriteModel) -> frozenset[str]:
        return frozenset(self._config.allow_external_effects if self._config.allows(model.resource) else ())


def require_no_effect(model: WriteModel, row: Row, withheld: Collection[str]) -> None:
    """Raises `Held` for a draft that would act outside the company, which its record may not."""
    for effect in _effects(model):
        if effect.member in withheld and row.get(effect.member):
            raise Held(
                effect.member,
                f"is on in the document, which {effect.effect}, and that is not allowed; it is not made final",
            )


def _effects(model: WriteModel) -> tuple[ExternalEffect, ...]:
    binding = model.resource.direct
    return binding.external_effects if binding and model.connection == DIRECT else ()
