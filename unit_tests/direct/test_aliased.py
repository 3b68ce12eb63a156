"""Many root fields in one document: each ends as the server would answer it alone, in a bounded number of requests."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import msgspec
import pytest
from graphql import FieldNode, OperationDefinitionNode, VariableNode, Visitor, parse, visit
from hypothesis import given, settings
from hypothesis import strategies as st

from sage_active.client import Company
from sage_active.config import ConnectionConfig
from sage_active.direct.aliased import MOST_ROUNDS, AliasedQuery, Ok, Outcome, Refused, Unknown
from sage_active.direct.answers import AnswerDecoder, Connection, GraphQLError
from sage_active.direct.client import DirectClient
from sage_active.direct.query import RootField, Variable, aliased_query
from sage_active.direct.refusals import aliases_of
from sage_active.direct.server_limits import MOST_ALIASES
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api
from sage_active.http.response import Response
from sage_active.limited_warnings import LimitedWarnings
from unit_tests.direct.direct_writing import COMPANY, CREDENTIALS, QUICK, documents, graphql
from unit_tests.loopback import Loopback, Reply, json_reply

Result = TypeVar("Result")
DECODER: Final = msgspec.json.Decoder(Connection)
ANSWERS: Final = AnswerDecoder(Errors(Api.DIRECT, "sage-active-de"), LimitedWarnings())
OTHER_MARKET: Final = Company("c2", "Ejemplo SL", "ES", "READY", True)
NODES: Final[Mapping[str, Any]] = {"nodes": []}


def root(name: str, **arguments: Any) -> RootField:
    """A tiny question."""
    return RootField(name, {"first": 1, **arguments}, "nodes { id }")


def roots(*names: str) -> dict[str, RootField]:
    """Tiny questions by the names of their root fields."""
    return {name: root(name) for name in names}


def numbered(number: int) -> dict[str, RootField]:
    """So many tiny questions."""
    return roots(*(f"root{index}" for index in range(number)))


def aliases_in(document: str) -> dict[str, str]:
    """Alias -> name of the root field."""
    (operation,) = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    return {node.alias.value: node.name.value for node in fields if node.alias}


# --- a server whose root fields misbehave in ways of their own ---


@dataclass(frozen=True)
class Behaviour:
    """What a root field does: `kind`, and what it costs in points, seconds and bytes."""

    kind: str = "ok"
    cost: int = 1
    seconds: int = 0


@dataclass
class Server:
    """Stands in for the client: answers documents by the behaviour of their root fields."""

    behaviours: Mapping[str, Behaviour]
    most_cost: int = 100
    most_seconds: int = 100
    most_aliases: int = 100
    errors_per_reply: int = 5
    naming: str = "responseName"
    answers: AnswerDecoder = ANSWERS
    documents: list[str] = field(default_factory=list)

    def post(self, company: Company, stream: str, body: bytes, decode: Callable[[Response], Result]) -> Result:
        document = json.loads(body)["query"]
        self.documents.append(document)
        status, content = self._answer(document)
        return decode(Response(status, {}, json.dumps(content).encode()))

    def _answer(self, document: str) -> tuple[int, Any]:
        aliases = aliases_in(document)
        behaviours = {alias: self.behaviours[name] for alias, name in aliases.items()}
        if len(aliases) > self.most_aliases:
            return 413, "too large"
        if unknown := [alias for alias, behaviour in behaviours.items() if behaviour.kind == "unknown"]:
            return 400, {"errors": [self._validation(alias, aliases) for alias in unknown[: self.errors_per_reply]]}
        if (cost := sum(behaviour.cost for behaviour in behaviours.values())) > self.most_cost:
            numbers = {"fieldCost": cost, "maxFieldCost": self.most_cost}
            return 400, {"errors": [{"message": "too expensive", "extensions": {"code": "HC0047", **numbers}}]}
        if sum(behaviour.seconds for behaviour in behaviours.values()) > self.most_seconds:
            return 500, {"data": None, "errors": [{"message": "too slow", "extensions": {"code": "HC0045"}}]}
        kinds = {alias: behaviour.kind for alias, behaviour in behaviours.items()}
        errors = [error for alias, kind in kinds.items() for error in self._errors(alias, kind)]
        data = {alias: {"nodes": [{"id": aliases[alias]}]} if kind == "ok" else None for alias, kind in kinds.items()}
        whole_null = "fatal" in kinds.values()
        return (500 if whole_null else 200), {"data": None if whole_null else data, "errors": errors}

    def _validation(self, alias: str, aliases: Mapping[str, str]) -> dict[str, Any]:
        name, line = aliases[alias], 2 + list(aliases).index(alias)
        ways: dict[str, dict[str, Any]] = {
            "responseName": {"extensions": {"type": "Query", "field": name, "responseName": alias}},
            "path": {"path": [alias]},
            "location": {"locations": [{"line": line, "column": 1}]},
            "text": {},
            "nothing": {"message": "field does not exist on the type"},
        }
        return {"message": f"The field `{name}` does not exist on the type `Query`.", **ways[self.naming]}

    def _errors(self, alias: str, kind: str) -> Iterator[dict[str, Any]]:
        if kind == "right":
            extensions = {"code": "AUTH_NOT_AUTHORIZED"}
            yield {"message": "not authorized", "path": [alias, "nodes"], "extensions": extensions}
        elif kind == "fatal":
            yield {"message": "broken", "path": [alias]}
        elif kind == "rule":
            yield {"message": "global.businessErrors.someRule", "path": [alias]}
        elif kind == "stray":
            yield {"message": "global.businessErrors.stray"}
        elif kind == "slow":
            yield {"message": "too slow", "path": [alias], "extensions": {"code": "HC0045"}}


def summary(outcomes: Mapping[str, Outcome[Connection]]) -> dict[str, str]:
    """What the outcomes say, comparable."""
    return {
        name: outcome.error.fault.name
        if isinstance(outcome, Refused)
        else (f"{[bytes(row) for row in outcome.data.nodes or ()]}" if isinstance(outcome, Ok) else "unknown")
        for name, outcome in outcomes.items()
    }


KINDS: Final = ["ok"] * 6 + ["null", "right", "rule", "stray", "slow"]
BEHAVIOURS: Final = st.builds(
    Behaviour,
    st.sampled_from(KINDS),
    cost=st.sampled_from([1, 1, 1, 30, 101]),
    seconds=st.sampled_from([0, 0, 60, 101]),
)


@st.composite
def servers(draw: st.DrawFn) -> Server:
    """Servers with limits of several kinds, and no more root fields that take all data away than there are rounds."""
    behaviours = draw(st.lists(BEHAVIOURS, max_size=60))
    spoiling = draw(st.lists(st.sampled_from(["unknown", "fatal"]).map(Behaviour), max_size=MOST_ROUNDS))
    mixed = draw(st.permutations([*behaviours, *spoiling]))
    return Server(
        {f"root{number}": behaviour for number, behaviour in enumerate(mixed)},
        most_cost=draw(st.sampled_from([100, 10])),
        most_aliases=draw(st.sampled_from([100, 25, 7, 1])),
        errors_per_reply=draw(st.integers(1, 5)),
        naming=draw(st.sampled_from(["responseName", "path", "location", "text", "nothing"])),
    )


@given(servers())
def test_each_ends_as_the_server_would_answer_it_alone(server: Server) -> None:
    fields = roots(*server.behaviours)
    aliased = AliasedQuery(server)
    outcomes = aliased.ask(fields, COMPANY, "check", DECODER)
    assert list(outcomes) == list(fields)
    assert len(server.documents) < 2 * len(fields) or not fields
    assert all(len(aliases_in(document)) <= MOST_ALIASES for document in server.documents)
    alone: dict[str, Outcome[Connection]] = {}
    for name, root_field in fields.items():
        alone |= AliasedQuery(server).ask({name: root_field}, COMPANY, "check", DECODER)
    assert summary(outcomes) == summary(alone)
    server.documents.clear()
    assert summary(aliased.ask(fields, COMPANY, "check", DECODER)) == summary(alone)
    assert len(server.documents) < 2 * len(fields) or not fields
    assert not any(
        "unknown" in (server.behaviours[name].kind) for text in server.documents for name in aliases_in(text).values()
    )


@settings(max_examples=15)
@given(st.integers(0, 130), st.integers(1, 45))
def test_a_server_that_answers_takes_as_few_requests_as_fit(number: int, most: int) -> None:
    server = Server({name: Behaviour() for name in numbered(number)}, most_aliases=most)
    aliased = AliasedQuery(server)
    aliased.ask(numbered(number), COMPANY, "check", DECODER)
    server.documents.clear()
    aliased.ask(numbered(number), COMPANY, "check", DECODER)
    # Halved until it fits, so at least half as many as the server would take.
    assert len(server.documents) <= -(-number // max(1, min(MOST_ALIASES, most) // 2))
    if most >= MOST_ALIASES:
        assert len(server.documents) == -(-number // MOST_ALIASES)


# --- variables ---

NAMES: Final = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,5}", fullmatch=True)
# Values by the name of their variable: one name has one value within a root field, as in any document.
VALUES: Final = st.dictionaries(NAMES, st.integers(), max_size=4)


class VariablesOfRoots(Visitor):
    """Collects which variables each root field uses, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.used: dict[str, list[str]] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.alias:
            self.used[node.alias.value] = []

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        if self.used:
            self.used[next(reversed(self.used))].append(node.name.value)


@settings(max_examples=30)
@given(st.lists(VALUES, min_size=1, max_size=12))
def test_variables_of_two_aliases_never_clash(values: Sequence[Mapping[str, int]]) -> None:
    fields = {
        f"q{number}": root(
            "customers",
            where={"and": [{"code": {"eq": Variable(name, "Int", value)}} for name, value in variables.items()]},
        )
        for number, variables in enumerate(values)
    }
    query = aliased_query(fields)
    visitor = VariablesOfRoots()
    visit(parse(query.text), visitor)
    for (alias, used), variables in zip(visitor.used.items(), values, strict=True):
        assert [query.variables[name] for name in used] == list(variables.values())
        assert all(name.startswith(f"{alias}_") for name in used)
    assert len(query.variables) == sum(map(len, values))


# --- which alias an error is about ---


@pytest.mark.parametrize(
    "error",
    [
        GraphQLError("x", path=["q1", "nodes", 0, "id"]),
        GraphQLError("x", extensions={"responseName": "q1"}),
        GraphQLError("The variable `q1_since` is not compatible.", extensions={"variable": "q1_since"}),
        GraphQLError("Variable '$q1_since_then' of type 'DateTime' used in position expecting type 'String'."),
        msgspec.convert({"message": "x", "locations": [{"line": 3, "column": 18}]}, GraphQLError),
        GraphQLError("The field `suppliers` does not exist on the type `Query`."),
        GraphQLError("Cannot query field 'suppliers' on type 'Query'. Did you mean 'supplier'?"),
    ],
    ids=["path", "response name", "variable", "variable in the text", "place", "field", "field in other words"],
)
def test_what_an_error_is_about(error: GraphQLError) -> None:
    assert aliases_of(error, {"q0": "customers", "q1": "suppliers", "q11": "products"}) == ["q1"]


@pytest.mark.parametrize(
    "error",
    [
        GraphQLError("x"),
        GraphQLError("x", path=["q2"]),
        GraphQLError("x", path=[1]),
        GraphQLError("x", extensions={"responseName": ["q1"], "variable": {"q1": 1}}),
        GraphQLError("The field `code` does not exist on the type `Customer`."),
        msgspec.convert(
            {"message": "x", "locations": [{"line": 1, "column": 1}, {"line": 9, "column": 1}]}, GraphQLError
        ),
    ],
    ids=["nothing", "another path", "an odd path", "odd names", "another field", "other places"],
)
def test_what_nobody_can_attribute(error: GraphQLError) -> None:
    assert aliases_of(error, {"q0": "customers", "q1": "suppliers"}) == []


def test_all_aliases_of_an_unknown_root_field_are_meant() -> None:
    error = GraphQLError("The field `customers` does not exist on the type `Query`.")
    assert aliases_of(error, {"q0": "customers", "q1": "suppliers", "q2": "customers"}) == ["q0", "q2"]


# --- each rule, over the wire ---


@pytest.fixture
def client(loopback: Loopback) -> Iterator[DirectClient]:
    config = ConnectionConfig.model_validate({"credentials": CREDENTIALS, "sandbox_url": loopback.url})
    opened = DirectClient(config, user_agent="unit/1", publish=lambda _: None, retry_policy=replace(QUICK, tries=0.6))
    yield opened
    opened.close()


def ask(client: DirectClient, *names: str, company: Company = COMPANY) -> dict[str, str]:
    """The outcomes of tiny questions."""
    return summary(client.aliased.ask(roots(*names), company, "check", DECODER))


def asked_for(loopback: Loopback) -> list[list[str]]:
    """The root fields of each request."""
    return [list(aliases_in(document).values()) for document, _ in documents(loopback)]


Answering = Callable[[Mapping[str, str]], Reply]


def script(loopback: Loopback, answer: Answering) -> None:
    """Answers by the root fields of the document: alias -> name."""
    loopback.script(graphql(lambda document, _: answer(aliases_in(document))))


def without(refused: str, reply: Callable[[Mapping[str, str]], Reply]) -> Answering:
    """Rows for every document that does not ask for the root field `refused`."""
    return lambda aliases: reply(aliases) if refused in aliases.values() else rows(aliases)


def rows(aliases: Mapping[str, str], errors: Sequence[Mapping[str, Any]] = (), **parts: Any) -> Reply:
    """No rows for each alias, or the part of that root field."""
    data = {alias: parts.get(name, NODES) for alias, name in aliases.items()}
    return json_reply({"data": data, "errors": list(errors)} if errors else {"data": data})


def alias_of(name: str, aliases: Mapping[str, str]) -> str:
    return next(alias for alias, root_name in aliases.items() if root_name == name)


def test_all_travel_in_one_request(loopback: Loopback, client: DirectClient) -> None:
    script(loopback, rows)
    assert ask(client, "a", "b", "c") == {"a": "[]", "b": "[]", "c": "[]"}
    assert asked_for(loopback) == [["a", "b", "c"]]
    assert loopback.requests[0].headers["x-organizationid"] == COMPANY.id


def test_at_most_forty_travel_in_one_request(loopback: Loopback, client: DirectClient) -> None:
    script(loopback, rows)
    client.aliased.ask(numbered(90), COMPANY, "check", DECODER)
    assert [len(names) for names in asked_for(loopback)] == [40, 40, 10]


def test_nothing_is_asked_for_nothing(loopback: Loopback, client: DirectClient) -> None:
    assert ask(client) == {}
    assert loopback.requests == []


def test_the_servers_clock_comes_along(loopback: Loopback, client: DirectClient) -> None:
    date = {"Date": "Mon, 02 Feb 2026 10:00:00 GMT"}
    loopback.script(graphql(lambda *_: json_reply({"data": {"q0": NODES}}, headers=date)))
    outcome = client.aliased.ask(roots("a"), COMPANY, "check", DECODER)["a"]
    assert isinstance(outcome, Ok)
    assert outcome.date.isoformat() == "2026-02-02T10:00:00+00:00"


def test_an_error_belongs_to_the_alias_where_its_path_starts(loopback: Loopback, client: DirectClient) -> None:
    def refused(aliases: Mapping[str, str]) -> Reply:
        path = [alias_of("b", aliases), "nodes", 0, "id"]
        error = {"message": "x", "path": path, "extensions": {"code": "AUTH_NOT_AUTHORIZED"}}
        # Some of it may be there all the same.
        return rows(aliases, [error], b={"nodes": [{"id": None}]})

    script(loopback, refused)
    assert ask(client, "a", "b", "c") == {"a": "[]", "b": "right-missing", "c": "[]"}
    assert ask(client, "a", "b", "c")["b"] == "right-missing"
    # A right is one company's, and may be given: it is asked for again.
    assert asked_for(loopback) == [["a", "b", "c"]] * 2


@pytest.mark.parametrize("part", [None, 5, [], {"nodes": "none"}], ids=str)
def test_null_without_an_error_and_odd_shapes_are_unknown(loopback: Loopback, client: DirectClient, part: Any) -> None:
    script(loopback, lambda aliases: rows(aliases, b=part))
    assert ask(client, "a", "b") == {"a": "[]", "b": "unknown"}
    assert len(loopback.requests) == 1


def test_what_is_absent_is_unknown(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(json_reply({"data": {"q0": NODES}}))
    assert ask(client, "a", "b") == {"a": "[]", "b": "unknown"}


def unknown_field(aliases: Mapping[str, str]) -> Reply:
    details = {"type": "Query", "field": "b", "responseName": alias_of("b", aliases)}
    return json_reply({"errors": [{"message": "does not exist on the type", "extensions": details}]}, 400)


def unknown_filter(aliases: Mapping[str, str]) -> Reply:
    line = 2 + list(aliases.values()).index("b")
    message = "The specified input object field `mood` does not exist."
    return json_reply({"errors": [{"message": message, "locations": [{"line": line, "column": 9}]}]}, 400)


@pytest.mark.parametrize(
    ("reply", "fault"), [(unknown_field, "field-unknown"), (unknown_filter, "filter-unknown")], ids=["field", "filter"]
)
def test_a_validation_error_drops_the_alias_for_its_market(
    loopback: Loopback, client: DirectClient, reply: Answering, fault: str
) -> None:
    script(loopback, without("b", reply))
    outcomes = {"a": "[]", "b": fault, "c": "[]"}
    assert ask(client, "a", "b", "c") == outcomes
    assert asked_for(loopback) == [["a", "b", "c"], ["a", "c"]]
    script(loopback, without("b", reply))
    assert ask(client, "a", "b", "c") == outcomes
    assert asked_for(loopback) == [["a", "c"]]
    script(loopback, rows)
    assert ask(client, "a", "b", "c", company=OTHER_MARKET)["b"] == "[]"
    assert asked_for(loopback) == [["a", "b", "c"]]


def test_the_same_root_field_with_other_values_is_remembered_with_another_filter_not(
    loopback: Loopback, client: DirectClient
) -> None:
    def by_code(name: str, value: str) -> RootField:
        return root("b", where={name: {"eq": Variable("value", "String", value)}})

    script(loopback, without("b", unknown_field))
    client.aliased.ask({"b": by_code("code", "1")}, COMPANY, "check", DECODER)
    script(loopback, rows)
    same = client.aliased.ask({"b": by_code("code", "2")}, COMPANY, "check", DECODER)
    assert (summary(same), asked_for(loopback)) == ({"b": "field-unknown"}, [])
    other = client.aliased.ask({"b": by_code("name", "1")}, COMPANY, "check", DECODER)
    assert summary(other) == {"b": "[]"}


def test_after_twenty_rounds_the_rest_is_unknown() -> None:
    number = MOST_ROUNDS + 5
    server = Server({name: Behaviour("unknown") for name in numbered(number)}, errors_per_reply=1)
    outcomes = Counter(summary(AliasedQuery(server).ask(numbered(number), COMPANY, "check", DECODER)).values())
    assert outcomes == {"field-unknown": MOST_ROUNDS + 1, "unknown": number - MOST_ROUNDS - 1}
    assert len(server.documents) == MOST_ROUNDS + 1


def too_many(reply: Reply) -> Answering:
    """A server that takes no more than two root fields at once."""
    return lambda aliases: reply if len(aliases) > 2 else rows(aliases)


COST: Final = {"message": "too expensive", "extensions": {"code": "HC0047", "fieldCost": 9, "maxFieldCost": 5}}
TIME_OUT: Final = {"message": "took too long", "extensions": {"code": "HC0045"}}


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"errors": [COST]}, 400),
        json_reply({"errors": [TIME_OUT], "data": None}, 500),
        Reply(413, b"<html>Request Entity Too Large</html>"),
        Reply(504, b"Gateway Time-out"),
        Reply(200, b'{"data":{"q0":"' + b"x" * (9 << 20) + b'"}}'),
    ],
    ids=["cost", "time-out", "413", "504", "too large an answer"],
)
def test_what_is_too_much_is_halved_and_stays_so(loopback: Loopback, client: DirectClient, reply: Reply) -> None:
    script(loopback, too_many(reply))
    answered = dict.fromkeys("abcd", "[]")
    assert ask(client, *answered) == answered
    assert asked_for(loopback) == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"]]
    script(loopback, too_many(reply))
    assert ask(client, *answered, company=OTHER_MARKET) == answered
    assert asked_for(loopback) == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (json_reply({"errors": [COST]}, 400), "too-expensive"),
        (json_reply({"errors": [TIME_OUT], "data": None}, 500), "server-time-out"),
        (Reply(413, b'{"message":"too large"}'), "unexpected"),
        (Reply(504, b""), "server-error"),
    ],
    ids=["cost", "time-out", "413", "504"],
)
def test_one_that_is_too_much_on_its_own_does_not_slow_down_the_others(
    loopback: Loopback, client: DirectClient, reply: Reply, fault: str
) -> None:
    script(loopback, without("b", lambda _: reply))
    outcomes = {**dict.fromkeys("abcdef", "[]"), "b": fault}
    assert ask(client, *"abcdef") == outcomes
    assert asked_for(loopback) == [[*"abcdef"], [*"abc"], [*"ab"], ["a"], ["b"], ["c"], [*"def"]]
    script(loopback, without("b", lambda _: reply))
    assert ask(client, *"abcdef") == outcomes
    assert asked_for(loopback) == [[*"acdef"], ["b"]]


def test_an_alias_that_ran_out_of_time_is_asked_for_again(loopback: Loopback, client: DirectClient) -> None:
    def slow_together(aliases: Mapping[str, str]) -> Reply:
        late = [alias for alias, name in aliases.items() if name in "bc"] if len(aliases) > 2 else []
        errors = [{**TIME_OUT, "path": [alias]} for alias in late]
        data = {alias: None if alias in late else NODES for alias in aliases}
        return json_reply({"data": data, "errors": errors})

    script(loopback, slow_together)
    assert ask(client, *"abcd") == dict.fromkeys("abcd", "[]")
    assert asked_for(loopback) == [[*"abcd"], ["b"], ["c"]]


def test_a_server_with_a_limit_is_not_tried_with_more_again(loopback: Loopback, client: DirectClient) -> None:
    reply = json_reply({"errors": [COST]}, 400)
    script(loopback, lambda aliases: reply if len(aliases) > 5 else rows(aliases))
    client.aliased.ask(numbered(51), COMPANY, "check", DECODER)
    assert [len(names) for names in asked_for(loopback)] == [40, 20, 10, *[5] * 10, 1]


def test_a_refusal_beside_a_time_out_says_little_about_how_many_are_too_many(
    loopback: Loopback, client: DirectClient
) -> None:
    def late(aliases: Mapping[str, str]) -> Reply:
        refused = {"message": "sales.businessErrors.rule", "path": [alias_of("a", aliases)]}
        return rows(aliases, [refused, TIME_OUT])

    script(loopback, without("a", late))
    assert ask(client, *"abcd") == {**dict.fromkeys("abcd", "[]"), "a": "business-rule"}
    script(loopback, rows)
    ask(client, *"abcd")
    assert asked_for(loopback) == [[*"ab"], [*"cd"]]


def test_an_error_that_nobody_can_attribute_bisects(loopback: Loopback, client: DirectClient) -> None:
    stray = {"message": "sales.businessErrors.unexplained"}
    script(loopback, without("c", lambda aliases: rows(aliases, [stray], c=None)))
    assert ask(client, *"abcd") == {**dict.fromkeys("abcd", "[]"), "c": "business-rule"}
    assert asked_for(loopback) == [[*"abcd"], [*"ab"], [*"cd"], ["c"], ["d"]]
    script(loopback, rows)
    ask(client, *"abcd")
    # It says nothing about how many are too many.
    assert asked_for(loopback) == [[*"abcd"]]


def test_a_null_that_spreads_to_all_data_drops_its_cause_only(loopback: Loopback, client: DirectClient) -> None:
    def spread(aliases: Mapping[str, str]) -> Reply:
        error = {"message": "Cannot return null for non-nullable field.", "path": [alias_of("b", aliases)]}
        return json_reply({"data": None, "errors": [error]}, 500)

    script(loopback, without("b", spread))
    assert ask(client, "a", "b", "c") == {"a": "[]", "b": "graphql-error", "c": "[]"}
    assert asked_for(loopback) == [["a", "b", "c"], ["a", "c"]]


def test_what_is_refused_to_the_company_is_refused_to_all_at_once(loopback: Loopback, client: DirectClient) -> None:
    error = {"message": "X-OrganizationId header is mandatory"}
    script(loopback, lambda aliases: json_reply({"data": dict.fromkeys(aliases), "errors": [error]}))
    outcomes = client.aliased.ask(numbered(90), COMPANY, "check", DECODER)
    assert set(summary(outcomes).values()) == {"organization-missing"}
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (json_reply({"message": "invalid subscription key"}, 401), "wrong-subscription-key"),
        (json_reply({"errors": [{"message": "no", "path": ["q0"]}]}, 403), "never-signed-in"),
        (Reply(503, b"down"), "server-error"),
        (Reply(200, b""), "cut-short"),
        (json_reply({"data": None}), "cut-short"),
    ],
)
def test_what_is_not_about_any_alias_is_raised(
    loopback: Loopback, client: DirectClient, reply: Reply, fault: str
) -> None:
    loopback.script(reply)
    with pytest.raises(SageActiveError) as raised:
        ask(client, "a", "b")
    assert raised.value.fault.name == fault


def test_a_refused_token_is_renewed_and_the_question_sent_again(loopback: Loopback, client: DirectClient) -> None:
    answers = iter([json_reply({"errors": [{"message": "token expired"}]}, 401)])
    script(loopback, lambda aliases: next(answers, rows(aliases)))
    assert ask(client, "a", "b") == {"a": "[]", "b": "[]"}


def test_half_a_character_spoils_nothing(loopback: Loopback, client: DirectClient) -> None:
    loopback.script(Reply(body=b'{"data":{"q0":{"nodes":[{"id":"\\ud83d"}]},"q1":{"nodes":[]}}}'))
    assert ask(client, "a", "b") == {"a": str([b'{"id":"\\ufffd"}']), "b": "[]"}


def test_rows_that_are_nested_too_deeply_are_the_fault_of_their_alias(loopback: Loopback, client: DirectClient) -> None:
    deep = b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    script(loopback, without("b", lambda _: Reply(body=deep)))
    assert ask(client, "a", "b", "c") == {"a": "[]", "b": "too-deep", "c": "[]"}
    script(loopback, rows)
    ask(client, "a", "b", "c")
    assert asked_for(loopback) == [["a", "b", "c"]]


def test_asking_again_ends_when_it_takes_too_long() -> None:
    server = Server({name: Behaviour(seconds=101) for name in numbered(40)})
    outcomes = AliasedQuery(server, patience=0.0).ask(numbered(40), COMPANY, "check", DECODER)
    assert set(outcomes.values()) == {Unknown()}
    assert len(server.documents) == 1
