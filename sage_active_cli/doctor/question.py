"""What a question is: what the sources say, how it is asked, and what each answer means.

A report that is sent back is made of these texts only: an answer names one of the outcomes that its question declares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sage_active.client import Company
from sage_active.direct.query import RootField
from sage_active_cli.doctor.parts import Parts

Subject = TypeVar("Subject")
# Outcomes that every question has.
NOT_SEEN: Final = "not_seen"
REFUSED: Final = "refused"
NOT_ASKED: Final = "not_asked"
ODD: Final = "odd"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an outcome says of the service, and what the connector makes of it.

    `contradicts`: the connector relies on something else, and cannot adapt.
    """

    service: str
    connector: str
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One outcome of a question.

    `detail`: what else was seen, business data included, for the user's own eyes; `names`: members of the contract,
    which may leave the machine.
    """

    outcome: str
    detail: str = ""
    names: tuple[str, ...] = ()


def _nothing(_: Company) -> Mapping[str, RootField]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[Subject]):
    """One line of the doctor's report.

    `fact`: what it is about; `sources`: what the published sources say; `outcomes`: what each answer means;
    `unseen`: what is missing where nothing can be seen, as words that follow "no"; `fields`: what it asks in any case,
    so that all questions can be asked together; `of_company`: the same, where it depends on the company; `ask`: judges
    the answers to these, and asks what depends on them. It raises `NotSeenError` where the data does not show it, and
    `SageActiveError` for a refusal. `markets`: the codes of those that have it, none for all.
    """

    name: str
    fact: str
    sources: str
    outcomes: Mapping[str, Meaning]
    ask: Callable[[Subject, Parts], Observation]
    unseen: str = ""
    fields: Mapping[str, RootField] = field(default_factory=dict)
    of_company: Callable[[Company], Mapping[str, RootField]] = _nothing
    markets: frozenset[str] = frozenset()

    def asks(self, company: Company) -> Mapping[str, RootField]:
        """What it asks a company in any case."""
        return {**self.fields, **self.of_company(company)}

    def is_for(self, market: str) -> bool:
        """Whether it makes sense in a market."""
        return not self.markets or market in self.markets

    def meaning(self, outcome: str) -> Meaning:
        """What an outcome means. Raises `KeyError` for one that the question does not have."""
        if outcome == NOT_SEEN:
            return Meaning(f"not to be seen here: no {self.unseen}", "it goes by the sources")
        return COMMON_OUTCOMES.get(outcome) or self.outcomes[outcome]


COMMON_OUTCOMES: Final[Mapping[str, Meaning]] = {
    REFUSED: Meaning("refuses the question", "a stream that needs it fails by name"),
    NOT_ASKED: Meaning("could not be asked", "run the command again"),
    ODD: Meaning("answers in a shape that nobody expects", "please send the report"),
}
