"""In which order objects are written: what is referred to goes first, however many steps that takes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sage_active.writing import Writable, WriteModel


class WritingOrder:
    """The order of the objects of one sync, by their names.

    Objects that refer to each other in a circle have no order among themselves: their records wait for each other.
    """

    def __init__(self, models: Mapping[str, WriteModel]) -> None:
        by_type: dict[str, list[str]] = {}
        for name, model in models.items():
            by_type.setdefault(model.type, []).append(name)
        self._needs = {
            name: {
                other
                for kind in (*types_below(model.fields), *model.after)
                for other in by_type.get(kind, ())
                if other != name
            }
            for name, model in models.items()
        }
        self._ranks: dict[str, int] = {}
        for name in models:
            self._rank(name, ())

    def rank(self, name: str) -> int:
        """The place of an object: above those of everything that it refers to."""
        return self._ranks[name]

    def needs(self, name: str) -> set[str]:
        """Everything that an object refers to, through any number of others."""
        found: set[str] = set()
        rest = [name]
        while rest:
            new = self._needs[rest.pop()] - found
            found |= new
            rest += new
        return found - {name}

    def _rank(self, name: str, above: Sequence[str]) -> int:
        if name not in self._ranks:
            below = [self._rank(other, (*above, name)) for other in self._needs[name] if other not in (*above, name)]
            self._ranks[name] = max(below, default=-1) + 1
        return self._ranks[name]


def types_below(writables: Collection[Writable]) -> Iterator[str]:
    """The types that members refer to, at any depth."""
    for writable in writables:
        yield from (reference.type for reference in writable.references)
        yield from types_below(writable.children)


def made_of_final(states: Iterable[tuple[str, str | None]], models: Mapping[str, WriteModel]) -> frozenset[str]:
    """The objects that the server makes of documents which this sync is to make final.

    `states`: the objects of its streams, each with the state that documents are to have.
    """
    finalized = {
        models[name].type
        for name, state in states
        if state and models[name].generation is None and not _begins_in(models[name], state)
    }
    return frozenset(name for name, model in models.items() if model.generation and model.generation.type in finalized)


def _begins_in(model: WriteModel, state: str) -> bool:
    """Whether documents are created in a state."""
    return model.lifecycle is None or model.lifecycle.states.get(state) == model.lifecycle.initial
