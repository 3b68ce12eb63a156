"""Many small questions in one document, each with an outcome of its own.

An error counts for the root field that it is about; the others are answered all the same. What the server refuses only
because there is too much of it is asked for in smaller parts.
"""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

import msgspec

from sage_active.client import Company
from sage_active.direct.answers import GATEWAY_STATUSES, AnswerDecoder, Envelope, GraphQLError, GraphQLRefusal
from sage_active.direct.query import RootField, WrittenField, aliased_query, written_field
from sage_active.direct.refusals import aliases_of
from sage_active.direct.server_limits import ServerLimits
from sage_active.errors import SageActiveError
from sage_active.faults import FIELD_UNKNOWN, TOO_DEEP, TOO_HEAVY, Action, Fault, rows
from sage_active.half_characters import decoded
from sage_active.http.response import UNREADABLE, Response

Part = TypeVar("Part")
Result = TypeVar("Result")
Key = TypeVar("Key", bound=Hashable)
# Aliases of the root fields that one request has.
Group: TypeAlias = Sequence[str]
# Replies to one call of `ask` that have no data because of some of the root fields; one names at most five of them.
MOST_ROUNDS: Final = 20
# For so many seconds, what was asked for in vain is asked for again in smaller parts.
PATIENCE: Final = 60.0
TIMED_OUT: Final = rows("server-time-out")
# What would be the answer to every root field.
OF_THE_COMPANY: Final = rows("organization-missing")
# Of a request, or of the time that a gateway gives its answer, there was too much.
TOO_MUCH: Final = frozenset({413, 504})
NULL: Final = b"null"


@dataclass(frozen=True, slots=True)
class Ok(Generic[Part]):
    """What the server answers; `date`: its own clock at that time."""

    data: Part
    date: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The error that the server answers to this root field."""

    error: SageActiveError


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows: null without an error, a value of another shape, or no answer while it was worth asking."""


Outcome: TypeAlias = Ok[Part] | Refused | Unknown


class Sender(Protocol):
    """What is needed of a client: see `DirectClient`."""

    answers: AnswerDecoder

    def post(self, company: Company, stream: str, body: bytes, decode: Callable[[Response], Result]) -> Result:
        """Sends a document, signed, until `decode` accepts the answer."""


class AliasedQuery:
    """Asks many root fields in as few requests as the server allows. Shared by all threads of a client.

    What it learns about the server counts for the rest of the run: unknown fields and filters for their market, the
    number of root fields that a request may have, and those that are too much for it.
    """

    def __init__(self, sender: Sender, *, patience: float = PATIENCE) -> None:
        self._sender = sender
        self._patience = patience
        self._limits = ServerLimits()

    def ask(
        self,
        fields: Mapping[Key, RootField | WrittenField],
        company: Company,
        purpose: str,
        decoder: "msgspec.json.Decoder[Part]",
    ) -> dict[Key, Outcome[Part]]:
        """The outcome of each root field in one company, decoded with `decoder`; `purpose` stands for a stream's name.

        Of `n` root fields, it takes less than `2 n` requests. Raises `SageActiveError` when the API cannot be reached
        or does not accept the sign-in.
        """
        aliases = {f"q{number}": written_field(root_field) for number, root_field in enumerate(fields.values())}
        call = _Call(self._sender, self._limits, aliases, company, purpose, decoder, self._patience)
        outcomes = call.outcomes()
        return {key: outcomes[alias] for key, alias in zip(fields, aliases, strict=True)}


class _RawEnvelope(Envelope[Any], frozen=True):
    # A part of another shape must not make the others unreadable.
    data: dict[str, msgspec.Raw] | None = None  # type: ignore[assignment]


DECODER: "Final[msgspec.json.Decoder[Envelope[Any]]]" = msgspec.json.Decoder(_RawEnvelope)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What came back: the parts that can be read, and the errors; `parts` is None where there is no data at all."""

    answer: Response
    parts: Mapping[str, msgspec.Raw | None] | None
    errors: Sequence[GraphQLError] = ()


@dataclass(slots=True)
class _Call(Generic[Part]):
    """One call of `ask`: groups of root fields are asked for, and split, until each has its outcome."""

    sender: Sender
    limits: ServerLimits
    fields: Mapping[str, WrittenField]
    company: Company
    purpose: str
    decoder: "msgspec.json.Decoder[Part]"
    patience: float
    _outcomes: dict[str, Outcome[Part]] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _rounds: int = 0
    # Groups of several that were too much, and how many root fields a request has because of them.
    _too_much: list[Group] = field(default_factory=list)
    _most: int = 0

    def outcomes(self) -> dict[str, Outcome[Part]]:
        """The outcome of each alias."""
        until = time.monotonic() + self.patience
        for group in self._groups():
            self._most = len(group)
            self._too_much.clear()
            pending = self._ask_once(group)
            while pending:
                current = [alias for alias in pending.pop(0) if alias not in self._outcomes]
                if time.monotonic() > until:
                    self._outcomes |= dict.fromkeys(current, Unknown())
                elif current:
                    rest = current[self._most :]
                    pending[:0] = [*self._ask_once(current[: self._most]), rest]
            for refused in self._too_much:
                # Where one root field is too much on its own, their number says nothing.
                if not any(self.limits.is_heavy(self._texts[alias]) for alias in refused):
                    self.limits.halve(len(refused))
        return self._outcomes

    def _groups(self) -> Iterator[Group]:
        """What to ask for in one request each; the size follows what was learned meanwhile."""
        left: list[str] = []
        alone: list[str] = []
        for alias, root_field in self.fields.items():
            text = self._texts[alias] = root_field.text
            if known := self.limits.refused(self.company.market, text):
                self._outcomes[alias] = Refused(known)
            else:
                (alone if self.limits.is_heavy(text) else left).append(alias)
        while left := [alias for alias in left if alias not in self._outcomes]:
            yield left[: self.limits.most]
        yield from ([alias] for alias in alone if alias not in self._outcomes)

    def _ask_once(self, group: Group) -> list[Group]:
        """Asks for a group once; the groups in which what has no outcome yet is asked for again."""
        reply = self._sent(group)
        if isinstance(reply, SageActiveError):
            return self._split(group, reply)
        owned, stray = self._by_alias(reply.errors, group)
        refusals = {alias: self.sender.answers.refusal(reply.answer, errors) for alias, errors in owned.items()}
        again = [alias for alias, error in refusals.items() if len(group) > 1 and _is_too_much(error.fault)]
        for alias, error in refusals.items():
            if alias not in again:
                self._refuse(alias, error)
        rest = [alias for alias in group if alias not in refusals]
        if stray:
            return self._without_owner(group, [*rest, *again], self.sender.answers.refusal(reply.answer, stray))
        if again:
            self._note_too_much(group)
        if reply.parts is None and rest:
            self._rounds += 1
            if self._rounds <= MOST_ROUNDS:
                return [rest, *_halves(again)]
            self._outcomes |= dict.fromkeys(rest, Unknown())
        else:
            self._outcomes |= {alias: self._part(reply, alias) for alias in rest}
        return _halves(again)

    def _sent(self, group: Group) -> _Reply | SageActiveError:
        """The reply, or the error that prevented it: too much was requested, or something in it is odd."""
        body = aliased_query({alias: self.fields[alias] for alias in group}).body()
        try:
            return self.sender.post(self.company, self.purpose, body, self._decoded)
        except SageActiveError as error:
            if error.fault not in (TOO_HEAVY, TOO_DEEP):
                raise
            return error

    def _decoded(self, answer: Response) -> _Reply | SageActiveError:
        try:
            return _Reply(answer, self.sender.answers.data_or_raise(answer, DECODER))
        except GraphQLRefusal as refused:
            # What the gateway decides is not about any root field.
            if answer.status in GATEWAY_STATUSES:
                raise
            return _Reply(answer, _partial(answer), refused.errors)
        except SageActiveError as error:
            if answer.status not in TOO_MUCH:
                raise
            return error

    def _by_alias(
        self, errors: Sequence[GraphQLError], group: Group
    ) -> tuple[dict[str, list[GraphQLError]], list[GraphQLError]]:
        """The errors by alias, and those that name no alias."""
        owned: dict[str, list[GraphQLError]] = {}
        stray: list[GraphQLError] = []
        for error in errors:
            owners = (
                group if len(group) == 1 else aliases_of(error, {alias: self.fields[alias].root for alias in group})
            )
            for alias in owners:
                owned.setdefault(alias, []).append(error)
            if not owners:
                stray.append(error)
        return owned, stray

    def _without_owner(self, group: Group, left: Group, error: SageActiveError) -> list[Group]:
        """What is asked next after a reply whose error names no alias: the halves of what is left, or nothing."""
        if error.fault in OF_THE_COMPANY:
            unanswered = [alias for alias in self.fields if alias not in self._outcomes]
            self._outcomes |= dict.fromkeys(unanswered, Refused(error))
            return []
        if _is_too_much(error.fault):
            self._note_too_much(group)
        return _halves(left)

    def _split(self, group: Group, error: SageActiveError) -> list[Group]:
        is_too_much = error.fault is not TOO_DEEP
        if len(group) > 1:
            if is_too_much:
                self._note_too_much(group)
            return _halves(group)
        self._refuse(group[0], error)
        if is_too_much:
            self._isolate(group[0])
        return []

    def _note_too_much(self, group: Group) -> None:
        self._too_much.append(group)
        self._most = (len(group) + 1) // 2

    def _isolate(self, alias: str) -> None:
        self.limits.isolate(self._texts[alias])
        # It was this one: the others may be many again.
        self._most = len(self.fields)

    def _refuse(self, alias: str, error: SageActiveError) -> None:
        self._outcomes[alias] = Refused(error)
        if error.fault == FIELD_UNKNOWN or error.fault.action is Action.CHANGE_FILTER:
            self.limits.refuse(self.company.market, self._texts[alias], error)
        if _is_too_much(error.fault):
            self._isolate(alias)

    def _part(self, reply: _Reply, alias: str) -> Outcome[Part]:
        raw = bytes((reply.parts or {}).get(alias) or NULL)
        if raw == NULL:
            return Unknown()
        what = f"An answer of {self.sender.answers.errors.api.value}"
        try:
            return Ok(decoded(self.decoder, raw, what, self.sender.answers.warnings), reply.answer.date)
        except UNREADABLE:
            return Unknown()


def _partial(answer: Response) -> Mapping[str, msgspec.Raw | None] | None:
    """The data beside errors, as far as it can be read."""
    try:
        return decoded(DECODER, answer.body, "An answer").data
    except UNREADABLE:
        return None


def _is_too_much(fault: Fault) -> bool:
    return fault.action is Action.SMALLER_PAGE or fault in TIMED_OUT


def _halves(group: Group) -> list[Group]:
    half = (len(group) + 1) // 2
    return [part for part in (group[:half], group[half:]) if part]
