"""What roots have that are not lists of pages: one request, whose answer is all there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import msgspec
from graphql import GraphQLInputObjectType, get_named_type

from sage_active.client import ReadRequest
from sage_active.direct.aliased import DECODER, NULL
from sage_active.direct.answers import AnswerDecoder
from sage_active.direct.contract import Contract, Field
from sage_active.direct.query import PAGE, Query, Shape, Variable, root_query, selection
from sage_active.direct.reading import PageFetcher
from sage_active.faults import CONTRADICTION
from sage_active.http.response import Response
from sage_active.limits import MostBytes
from sage_active.markets import DIRECT
from sage_active.resources.resource import DirectResource

Result = TypeVar("Result")
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Sender(PageFetcher, Protocol):
    """What these strategies need of the client, beside pages."""

    answers: AnswerDecoder

    def post(
        self,
        company_id: str | None,
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
    place, fields = request.resource.on(DIRECT), sender.fields(request)
    variables = variables_of(sender.contract, place, arguments)

    def decode(answer: Response) -> RootValue:
        value = sender.answers.data_or_raise(answer, DECODER).get(PAGE)
        try:
            return RootValue(_rows(value, within), answer.date, value is None or bytes(value) == NULL)
        except msgspec.DecodeError as exception:
            detail = f"an answer of another shape, {exception}"
            raise sender.errors.of(CONTRADICTION, detail=detail) from None

    def query_of(shape: Shape, _: int) -> Query:
        return root_query(place.root, variables, selection(fields, shape), within)

    def send(query: Query, most: MostBytes) -> RootValue:
        return sender.post(request.company.id, request.resource.name, query.body(), decode, most=most)

    return sender.adapted(request, fields, query_of, send, has_pages=False)


def variables_of(contract: Contract, place: DirectResource, arguments: Mapping[str, Any]) -> Mapping[str, Variable]:
    """The arguments of a root as variables of the contract's types; those that one input object holds, in that one."""
    known = contract.root(place.root).args
    if len(known) == 1 and arguments:
        ((name, argument),) = known.items()
        if name not in arguments and isinstance(get_named_type(argument.type), GraphQLInputObjectType):
            return {name: Variable(name, str(argument.type), dict(arguments))}
    return {name: Variable(name, str(known[name].type), value) for name, value in arguments.items()}


def _rows(value: msgspec.Raw | None, within: str) -> Sequence[msgspec.Raw]:
    """The rows of a value. Raises `msgspec.DecodeError` for a shape that has none."""
    if value is None or bytes(value) == NULL:
        return ()
    if within:
        return _rows(_MEMBERS.decode(value).get(within), "")
    return _LIST.decode(value) if bytes(value).startswith(b"[") else (value,)
