"""What roots have that are not lists of pages: one request, whose answer is all there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import msgspec
from graphql import GraphQLInputObjectType, get_named_type

from sage_active.client import Company, ReadRequest
from sage_active.direct.aliased import DECODER, NULL, AliasedQuery, Ok
from sage_active.direct.answers import AnswerDecoder
from sage_active.direct.contract import Contract, Field
from sage_active.direct.page_fetcher import PageFetcher
from sage_active.direct.query import PAGE, Query, RootField, Shape, Variable, root_query, selection
from sage_active.faults import CONTRADICTION
from sage_active.http.response import Response
from sage_active.limits import MostBytes
from sage_active.markets import DIRECT
from sage_active.resources.resource import DirectResource

Result = TypeVar("Result")
_RAW: Final = msgspec.json.Decoder(msgspec.Raw)
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Sender(PageFetcher, Protocol):
    """What these strategies need of the client, beside pages."""

    answers: AnswerDecoder
    aliased: AliasedQuery

    def has_fetched(self, request: ReadRequest) -> bool:
        """Whether a page of the stream has come in this run."""

    def post(
        self,
        company: Company,
        stream: str,
        body: bytes,
        decode: Callable[[Response], Result],
        *,
        idempotent: bool = True,
        most: MostBytes = MostBytes.WHOLE,
    ) -> Result:
        """Sends a document, signed, until `decode` accepts the answer."""

    def adapted(
        self,
        request: ReadRequest,
        fields: Sequence[Field],
        query_of: Callable[[Shape, int], Query],
        send: Callable[[Query, MostBytes], Result],
        *,
        has_pages: bool = True,
    ) -> Result:
        """Sends a query in a shape that the server accepts."""


@dataclass(frozen=True, slots=True)
class RootValue:
    """The rows of a root, as they came, and the server's clock. `is_null`: there is none, and no error says why."""

    rows: Sequence[msgspec.Raw]
    date: datetime
    is_null: bool = False


def root_value(sender: Sender, request: ReadRequest, arguments: Mapping[str, Any], within: str = "") -> RootValue:
    """Asks a root for its value: a list of rows, or one row. `within`: the member of the value that holds the rows.

    Fields that the server refuses are left out with a warning. Raises `SageActiveError`.
    """
    binding, fields = request.resource.on(DIRECT), sender.fields(request)
    variables = variables_of(sender.contract, binding, arguments)

    def decode(answer: Response) -> RootValue:
        value = sender.answers.data_or_raise(answer, DECODER).get(PAGE)
        try:
            return RootValue(_rows(value, within), answer.date, value is None or bytes(value) == NULL)
        except msgspec.DecodeError as exception:
            detail = f"an answer of another shape, {exception}"
            raise sender.errors.of(CONTRADICTION, detail=detail) from None

    def query_of(shape: Shape, _: int) -> Query:
        return root_query(binding.root, variables, selection(fields, shape), within)

    def send(query: Query, most: MostBytes) -> RootValue:
        return sender.post(request.company, request.resource.name, query.body(), decode, most=most)

    return sender.adapted(request, fields, query_of, send, has_pages=False)


def root_values(
    sender: Sender, request: ReadRequest, arguments: Sequence[Mapping[str, Any]], within: str = ""
) -> list[RootValue]:
    """The values of a root for several sets of arguments, asked for in as few requests as the server allows.

    What cannot be had so is asked for on its own, which leaves out what the server refuses. Raises `SageActiveError`.
    """
    if len(arguments) == 1:
        return [root_value(sender, request, arguments[0], within)]
    binding, fields = request.resource.on(DIRECT), sender.fields(request)
    values: dict[int, RootValue] = {}
    while left := [number for number in range(len(arguments)) if number not in values]:
        shape = sender.shape(request)
        selection_text = selection(fields, shape)
        asked_for = {
            number: RootField(
                binding.root,
                variables_of(sender.contract, binding, arguments[number]),
                f"{within} {{ {selection_text} }}" if within else selection_text,
            )
            for number in left
        }
        outcomes = sender.aliased.ask(asked_for, request.company, request.resource.name, _RAW)
        for number, outcome in outcomes.items():
            if isinstance(outcome, Ok) and (rows := _readable(outcome.data, within)) is not None:
                values[number] = RootValue(rows, outcome.date)
        for number in left:
            # Together again only where the first of them has shown what the server does not have.
            if number not in values and sender.shape(request) == shape:
                values[number] = root_value(sender, request, arguments[number], within)
    return [values[number] for number in range(len(arguments))]


def variables_of(contract: Contract, binding: DirectResource, arguments: Mapping[str, Any]) -> Mapping[str, Variable]:
    """The arguments of a root as variables of the contract's types; those that one input object holds, in that one."""
    known = contract.root(binding.root).args
    if len(known) == 1 and arguments:
        ((name, argument),) = known.items()
        if name not in arguments and isinstance(get_named_type(argument.type), GraphQLInputObjectType):
            return {name: Variable(name, str(argument.type), dict(arguments))}
    return {name: Variable(name, str(known[name].type), value) for name, value in arguments.items()}


def _rows(value: msgspec.Raw | None, within: str) -> Sequence[msgspec.Raw]:
    """The rows of a value. Raises `msgspec.DecodeError` for a shape that has none."""
    if value is None or bytes(value) == NULL:
        return ()
    if within and bytes(value).startswith(b"["):
        return [row for part in _LIST.decode(value) for row in _rows(part, within)]
    if within:
        return _rows(_MEMBERS.decode(value).get(within), "")
    return _LIST.decode(value) if bytes(value).startswith(b"[") else (value,)


def _readable(value: msgspec.Raw, within: str) -> Sequence[msgspec.Raw] | None:
    """The rows of a value; None for a shape that has none."""
    try:
        return _rows(value, within)
    except msgspec.DecodeError:
        return None
