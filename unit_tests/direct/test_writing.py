"""Mutations over HTTP: how they travel, what each answer means, and that none is sent twice."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sage_active.direct.contract import Contract
from sage_active.direct.writing import DirectWriter
from sage_active.errors import SageActiveError
from sage_active.http.response import Response
from sage_active.markets import DIRECT
from sage_active.resources.mutations import find_mutation
from sage_active.resources.resource import CREATE
from sage_active.resources.table import RESOURCE_BY_NAME, offered
from sage_active.writing import Command, Done, Operation, Refused, Unknown
from unit_tests.direct.direct_writing import COMPANY, direct_writer, documents, graphql
from unit_tests.loopback import Loopback, Reply, json_reply

ITEMS, INVOICES, CUSTOMERS = (RESOURCE_BY_NAME[name] for name in ("items", "invoices", "customers"))
BUSINESS = "sales.businessErrors.codeCannotContainBlankSpaces"
UNEXPLAINED = "Unexpected Execution Error"


@pytest.fixture
def writer(loopback: Loopback) -> Iterator[DirectWriter]:
    """A writer that speaks to the scripted server."""
    with direct_writer(loopback) as writer:
        yield writer


def creates(number: int) -> list[Command]:
    """Commands that create items K0, K1, ..."""
    return [Command(Operation.CREATE, ITEMS, {"code": f"K{index}", "name": f"Name {index}"}) for index in range(number)]


def answer(data: Any = None, errors: Sequence[Mapping[str, Any]] = (), status: int = 200) -> Reply:
    """A GraphQL answer."""
    content = {**({"data": data} if data is not None else {}), **({"errors": list(errors)} if errors else {})}
    return json_reply(content, status)


def failed(message: str, *path: str | int, **extensions: Any) -> dict[str, Any]:
    """One element of `errors`."""
    return {
        "message": message,
        **({"path": list(path)} if path else {}),
        **({"extensions": extensions} if extensions else {}),
    }


# --- how mutations travel ---


def test_commands_travel_as_aliases_of_one_request(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(answer({"m0": {"id": "a"}, "m1": {"id": "b"}}))
    commands = [
        Command(Operation.CREATE, CUSTOMERS, {"socialName": "Ä", "discount": Decimal("12345678901234567.890")}),
        Command(Operation.UPDATE, CUSTOMERS, {"id": "b", "comments": None}),
    ]
    assert writer.send(COMPANY, commands) == [Done("a"), Done("b")]
    ((query, variables),) = documents(loopback)
    assert query == (
        "mutation($i0: CustomerCreateGLDtoInput!, $i1: CustomerUpdateGLDtoInput!) "
        "{ m0: createCustomer(input: $i0) { id } m1: updateCustomer(input: $i1) { id } }"
    )
    assert variables["i1"] == {"id": "b", "comments": None}
    (request,) = loopback.requests
    assert b'"discount":12345678901234567.890' in request.body
    assert request.headers["x-organizationid"] == COMPANY.id


def test_actions_on_invoices_take_what_the_vendor_calls_it(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(answer({"m0": {"id": "x"}, "m1": {"accountingEntryId": "e"}, "m2": {"id": None}}))
    commands = [
        Command(Operation.CLOSE, INVOICES, {"id": "x"}),
        Command(Operation.POST, INVOICES, {"id": "y", "accountingEntryDescription": "d", "journalTypeId": "j"}),
        Command(Operation.DELETE, INVOICES, {"id": "z"}),
    ]
    assert writer.send(COMPANY, commands) == [Done("x"), Done("y"), Done("z")]
    ((query, variables),) = documents(loopback)
    assert "m0: closeSalesInvoice(input: $i0) { id }" in query
    assert "m1: postSalesInvoice(input: $i1) { accountingEntryId }" in query
    assert variables["i0"] == {"salesInvoiceId": "x"}
    assert variables["i1"] == {"salesInvoiceId": "y", "accountingEntryDescription": "d", "journalTypeId": "j"}
    assert variables["i2"] == {"id": "z"}


@pytest.mark.parametrize("operation", Operation)
def test_the_names_of_input_types_are_those_of_the_contract(
    loopback: Loopback, writer: DirectWriter, operation: Operation
) -> None:
    contract = Contract()
    for resource in offered(DIRECT, CREATE):
        assert resource.direct
        if find_mutation(contract.schema, resource.direct, operation, resource.direct.lifecycle) is None:
            continue
        loopback.script(answer({"m0": {"id": "x", "accountingEntryId": "e"}}))
        writer.send(COMPANY, [Command(operation, resource, {} if operation is Operation.CREATE else {"id": "x"})])
        ((query, variables),) = documents(loopback)
        named = re.fullmatch(r"mutation\(\$i0: (\w+)!\) \{ m0: (\w+)\(input: \$i0\) \{ (\w+) \} \}", query)
        assert named
        assert contract.schema.mutation_type
        declared = get_named_type(contract.schema.mutation_type.fields[named[2]].args["input"].type)
        assert isinstance(declared, GraphQLInputObjectType)
        assert named[1] == declared.name
        assert set(variables["i0"]) <= set(declared.fields)


# --- what an answer means ---


def test_a_business_error_refuses_what_was_alone(loopback: Loopback, writer: DirectWriter) -> None:
    for reply in (
        answer({"m0": None}, [failed(BUSINESS, "m0", field="code")]),
        answer(None, [failed(BUSINESS, "m0", field="code")], 500),
        answer(None, [failed(BUSINESS, field="code")]),
    ):
        loopback.script(reply)
        (refused,) = writer.send(COMPANY, creates(1))
        assert isinstance(refused, Refused)
        assert (refused.error.fault.name, refused.field) == ("code-with-blanks", "code")
        assert len(loopback.requests) == 1


def test_after_an_error_nothing_that_travelled_with_it_is_certain(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(answer({"m0": {"id": "a"}, "m1": None, "m2": {"id": "c"}}, [failed(BUSINESS, "m1")]))
    first, second, third = writer.send(COMPANY, creates(3))
    assert isinstance(second, Refused)
    for reply in (first, third):
        assert isinstance(reply, Unknown)
        assert not reply.may_still


@pytest.mark.parametrize("status", [200, 500])
def test_when_everything_is_null_nothing_is_certain(loopback: Loopback, writer: DirectWriter, status: int) -> None:
    loopback.script(answer(None, [failed(BUSINESS, "m1")], status))
    replies = writer.send(COMPANY, creates(3))
    assert [type(reply) for reply in replies] == [Unknown] * 3
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    ("reply", "may_still"),
    [
        (answer({"m0": None}, [failed(UNEXPLAINED, "m0")]), False),
        (answer({"m0": None}, [failed(UNEXPLAINED)]), False),
        (answer({"m0": None}, [failed(BUSINESS, "m0"), failed(UNEXPLAINED, "m0")]), False),
        (answer({"m0": None}, [failed("gave up", "m0", code="HC0045")]), True),
        (answer({"m0": None}, [failed("Cannot return null", "m0", "id")]), False),
        (answer({"m0": {"id": None}}, [failed("not for this role", "m0", "id")]), False),
        (answer({"m0": {}}), False),
        (answer({"m0": None}), False),
        (answer({}), False),
    ],
)
def test_what_may_have_been_committed_is_unknown(
    loopback: Loopback, writer: DirectWriter, reply: Reply, may_still: bool
) -> None:
    loopback.script(reply)
    (unknown,) = writer.send(COMPANY, creates(1))
    assert isinstance(unknown, Unknown)
    assert unknown.may_still is may_still
    assert len(loopback.requests) == 1


def test_an_error_below_a_result_is_not_a_refusal(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(answer({"m0": {"id": "a"}, "m1": {"id": "b"}}, [failed(BUSINESS, "m0", "id")]))
    assert [type(reply) for reply in writer.send(COMPANY, creates(2))] == [Unknown, Unknown]
    loopback.script(answer({"m0": {"id": "a"}}, [failed(BUSINESS, "m0", "id")]))
    assert writer.send(COMPANY, creates(1)) == [Done("a")]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(reset=True),
        Reply(500, b""),
        Reply(502, b"<html>Bad gateway</html>"),
        Reply(503, b"", {"Retry-After": "0"}),
        Reply(200, b""),
        Reply(200, b'{"data":{"m0"'),
        Reply(200, b"<html>Sign in</html>"),
        Reply(200, b'{"data":{"m0":{"id":"a"}}}', missing_bytes=3),
        Reply(200, b'{"data":{"m0":{"id":"a"}}}', stall=5),
        Reply(200, b'{"data":null}'),
    ],
    ids=["reset", "500", "502", "503", "empty", "cut", "html", "short", "stall", "null"],
)
def test_an_answer_that_is_lost_is_unknown_and_nothing_is_sent_again(
    loopback: Loopback, writer: DirectWriter, reply: Reply
) -> None:
    loopback.script(reply, answer({"m0": {"id": "a"}, "m1": {"id": "b"}}))
    replies = writer.send(COMPANY, creates(2))
    assert [type(outcome) for outcome in replies] == [Unknown, Unknown]
    assert all(isinstance(outcome, Unknown) and outcome.may_still for outcome in replies)
    assert len(loopback.requests) == 1


# --- what is sent again, because nothing was done ---


@pytest.mark.parametrize(
    "refusal",
    [
        answer(None, [failed("The variable `i1` is not valid")], 400),
        answer(None, [failed("too much", code="HC0047", fieldCost=900, maxFieldCost=400)]),
        answer(None, [failed("too much", code="HC0047")], 400),
    ],
    ids=["400", "cost", "cost-400"],
)
def test_what_is_refused_before_it_is_carried_out_is_sent_one_by_one(
    loopback: Loopback, writer: DirectWriter, refusal: Reply
) -> None:
    def answering(query: str, variables: dict[str, Any]) -> Reply:
        if len(variables) > 1 or variables["i0"]["code"] == "K1":
            return refusal
        return answer({"m0": {"id": f"of {variables['i0']['code']}"}})

    loopback.script(graphql(answering))
    replies = writer.send(COMPANY, creates(3))
    assert (replies[0], replies[2]) == (Done("of K0"), Done("of K2"))
    assert isinstance(replies[1], Refused)
    assert [len(variables) for _, variables in documents(loopback)] == [3, 1, 1, 1]


def test_a_failure_of_the_connection_between_the_single_requests_keeps_what_was_done(
    loopback: Loopback, writer: DirectWriter
) -> None:
    def answering(query: str, variables: dict[str, Any]) -> Reply:
        if len(variables) > 1:
            return answer(None, [failed("no")], 400)
        return Reply(403) if variables["i0"]["code"] == "K1" else answer({"m0": {"id": "a"}})

    loopback.script(graphql(answering))
    first, *others = writer.send(COMPANY, creates(3))
    assert first == Done("a")
    assert [type(reply) for reply in others] == [Unknown, Unknown]
    assert len(documents(loopback)) == 3


def test_an_access_token_that_is_refused_is_renewed_and_the_request_sent_again(
    loopback: Loopback, writer: DirectWriter
) -> None:
    refusals = iter([json_reply({"statusCode": 401, "message": "JWT not present."}, 401)])
    loopback.script(graphql(lambda *_: next(refusals, answer({"m0": {"id": "a"}}))))
    assert writer.send(COMPANY, creates(1)) == [Done("a")]
    tokens = [request.headers["authorization"] for request in loopback.requests if request.path.endswith("/graphql")]
    assert tokens == ["Bearer the-access-token", "Bearer another-access-token"]


def test_too_many_requests_are_waited_for(loopback: Loopback, writer: DirectWriter) -> None:
    loopback.script(Reply(429, b"", {"Retry-After": "0"}), Reply(429, b""), answer({"m0": {"id": "a"}}))
    assert writer.send(COMPANY, creates(1)) == [Done("a")]
    assert len(loopback.requests) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (json_reply({"message": "Access denied due to invalid subscription key."}, 401), "wrong-subscription-key"),
        (Reply(403), "never-signed-in"),
        (Reply(429), "rate-limited"),
        (answer({"m0": None}, [failed("X-OrganizationId header is mandatory")]), "organization-missing"),
        (json_reply({"Message": "Bad Request", "SyntaxNode": None}, 400), "organization-missing"),
    ],
)
def test_what_concerns_no_record_is_raised(loopback: Loopback, writer: DirectWriter, reply: Reply, fault: str) -> None:
    loopback.script(reply)
    with pytest.raises(SageActiveError) as raised:
        writer.send(COMPANY, creates(1))
    assert raised.value.fault.name == fault


@pytest.mark.parametrize("key", ["authorizationPolicy", "authorizationFeature"])
def test_a_missing_right_is_reported_as_one(loopback: Loopback, writer: DirectWriter, key: str) -> None:
    loopback.script(answer({"m0": None}, [failed(f"global.businessErrors.{key}", "m0", details="add-product")]))
    (refused,) = writer.send(COMPANY, creates(1))
    assert isinstance(refused, Refused)
    assert refused.error.fault.name in ("right-missing", "edition-lacks-feature")
    assert "add-product" in str(refused.error)


# --- whatever the server answers ---

_TEXT = st.sampled_from([BUSINESS, UNEXPLAINED, "", "X", None])
_ALIAS = st.sampled_from(["m0", "m1", "m2", "zz", 0])
_ERROR = st.fixed_dictionaries(
    {"message": _TEXT},
    optional={
        "path": st.one_of(st.none(), st.lists(_ALIAS, max_size=2)),
        "extensions": st.one_of(
            st.none(), st.fixed_dictionaries({}, optional={"code": st.sampled_from([1, "HC0045"])})
        ),
    },
)
_RESULT: st.SearchStrategy[Any] = st.sampled_from([None, {"id": "a"}, {"id": None}, {}, 3, []])
_BODY = st.fixed_dictionaries(
    {},
    optional={
        "data": st.one_of(st.none(), st.dictionaries(st.sampled_from(["m0", "m1", "m2"]), _RESULT)),
        "errors": st.one_of(st.none(), st.lists(_ERROR, max_size=3)),
    },
)


@given(body=_BODY, status=st.sampled_from([200, 500, 502]), number=st.integers(1, 3))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_command_has_one_reply_and_none_is_taken_for_done_without_its_result(
    writer: DirectWriter, body: dict[str, Any], status: int, number: int
) -> None:
    encoded = json.dumps(body).encode()
    try:
        answered = writer._client.answers.mutations(Response(status, {}, encoded))
    except SageActiveError:
        return
    replies = writer._replies(COMPANY, creates(number), answered)
    assert len(replies) == number
    data, errors = body.get("data") or {}, body.get("errors") or []
    for index, reply in enumerate(replies):
        if isinstance(reply, Done):
            assert data[f"m{index}"]["id"] == reply.id
        elif isinstance(reply, Refused):
            assert errors
            assert data.get(f"m{index}") is None
            assert not any(str(error["message"]).startswith(UNEXPLAINED) for error in errors) or number > 1
