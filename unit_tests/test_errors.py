"""The table of faults: complete, clear, and picked as documented."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from airbyte_cdk.models import FailureType, StreamDescriptor, Type

from sage_active.errors import FAILURE_TYPES, ErrorContext, SageActiveError, configuration_error
from sage_active.faults import FAULT_BY_NAME, FAULTS, TABLE, UNEXPECTED, Action, Api, Fault, Kind, classify

ROOT = Path(__file__).parents[1]
CONTEXT = ErrorContext("Sage Active", "sage-active-de", "customers", 418, "detail {with} braces")
NAMES = set(ErrorContext.__dataclass_fields__)


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
class TestEveryFault:
    """A walk over the table."""

    def test_has_cause_remedy_and_a_description(self, fault: Fault) -> None:
        assert fault.seen_as
        assert fault.apis
        assert re.search(r"[.}]$", fault.cause), fault.cause
        assert fault.remedy.endswith(".")
        assert len(fault.remedy.split()) >= 4

    def test_names_only_members_of_the_context(self, fault: Fault) -> None:
        named = {name for text in (fault.cause, fault.remedy) for _, name, _, _ in Formatter().parse(text) if name}
        assert named <= NAMES

    def test_leaves_no_braces_and_none(self, fault: Fault) -> None:
        text = str(SageActiveError(fault, ErrorContext("Sage Active", "sage-active-de", "customers", 418, "d")))
        assert not re.search(r"[{}]|None", text)
        assert "`the stream`" not in text
        unlocated = str(SageActiveError(fault))
        assert not re.search("``|`the stream`|`what was asked for`", unlocated)
        assert "(the market)" not in text

    def test_passes_details_on_unchanged(self, fault: Fault) -> None:
        text = str(SageActiveError(fault, CONTEXT))
        if "{detail}" in fault.cause + fault.remedy:
            assert "detail {with} braces" in text

    def test_says_who_is_to_act(self, fault: Fault) -> None:
        error = SageActiveError(fault, CONTEXT)
        assert error.failure_type is FAILURE_TYPES[fault.kind]
        assert fault.name in (error.internal_message or "")

    def test_can_be_located(self, fault: Fault) -> None:
        located = SageActiveError(fault, CONTEXT).located("items", "Company 'A' (1)")
        assert str(located).startswith("Company 'A' (1): ")
        assert located.fault is fault
        if "{stream}" in fault.cause + fault.remedy:
            assert "items" in str(located)

    def test_travels_without_a_stack_trace(self, fault: Fault) -> None:
        message = SageActiveError(fault, CONTEXT).as_airbyte_message(StreamDescriptor(name="items"))
        assert message.type is Type.TRACE
        assert message.trace
        assert message.trace.error
        assert message.trace.error.stack_trace is None
        assert message.trace.error.message


def test_names_are_unique_and_kinds_have_a_type() -> None:
    assert len(FAULT_BY_NAME) == len(TABLE)
    assert set(FAILURE_TYPES) == set(Kind)
    assert {fault.action for fault in TABLE} == set(Action)


def test_every_row_can_be_picked() -> None:
    for fault in FAULTS:
        assert fault.statuses or fault.codes or fault.text, fault.name


SUBSCRIPTION = (
    "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
)
SCALAR = "`code` returns a scalar value. Selections on scalars or enums are never allowed."
OBJECT = (
    "`code` is an object, interface or union type field. Leaf selections on objects, interfaces, and unions without "
    "subfields are disallowed."
)
ORGANIZATION = '{"Message":"...","SyntaxNode":null}'


@pytest.mark.parametrize(
    ("api", "status", "codes", "text", "expected"),
    [
        (Api.DIRECT, 401, [], SUBSCRIPTION, "wrong-subscription-key"),
        (Api.DIRECT, 403, [], SUBSCRIPTION, "wrong-subscription-key"),
        (Api.DIRECT, 401, [], "JWT not present.", "access-token-refused"),
        (Api.DIRECT, 401, [], "", "access-token-refused"),
        (Api.DIRECT, 403, [], "", "never-signed-in"),
        (Api.SIGN_IN, 403, [], "", "never-signed-in"),
        (Api.MAESN, 401, [], "", "maesn-key-refused"),
        (Api.MAESN, 403, [], "subscription", "maesn-key-refused"),
        (Api.MAESN, 400, [], "", "company-refused"),
        (Api.MAESN, 404, [], "", "object-not-offered"),
        (Api.MAESN, 405, [], "", "object-not-offered"),
        (Api.MAESN, 500, [], "", "server-error"),
        (Api.SIGN_IN, 400, ["invalid_grant"], "", "refresh-token-dead"),
        (Api.SIGN_IN, 401, ["invalid_client"], "", "client-refused"),
        (Api.SIGN_IN, 400, ["unauthorized_client"], "", "client-refused"),
        (Api.SIGN_IN, 400, ["invalid_scope"], "", "sign-in-refused"),
        (Api.SIGN_IN, 400, [""], "", "unexpected"),
        (Api.DIRECT, 429, [], "", "rate-limited"),
        (Api.MAESN, 429, [], "", "rate-limited"),
        (Api.SIGN_IN, 429, [], "", "rate-limited"),
        (Api.DIRECT, 400, [], ORGANIZATION, "organization-missing"),
        (Api.DIRECT, None, ["GRAPHQL"], "X-OrganizationId is missing", "organization-missing"),
        (Api.DIRECT, None, ["GRAPHQL"], "global.businessErrors.authorizationFeature", "edition-lacks-feature"),
        (Api.DIRECT, None, ["GRAPHQL"], "global.businessErrors.authorizationPolicy", "right-missing"),
        (Api.DIRECT, None, ["AUTH_NOT_AUTHORIZED", "GRAPHQL"], "x AUTH_NOT_AUTHORIZED", "right-missing"),
        (
            Api.DIRECT,
            None,
            ["GRAPHQL"],
            "The current user is not authorized to access this resource.",
            "right-missing",
        ),
        (Api.DIRECT, None, ["HC0047", "GRAPHQL"], "cost", "too-expensive"),
        (Api.DIRECT, None, ["HC0045", "GRAPHQL"], "time-out", "server-time-out"),
        (Api.DIRECT, None, ["GRAPHQL"], "The field `x` does not exist on the type `Customer`.", "field-unknown"),
        (Api.DIRECT, None, ["GRAPHQL"], "Cannot query field 'x' on type 'Customer'.", "field-unknown"),
        (Api.DIRECT, None, ["GRAPHQL"], SCALAR, "field-unknown"),
        (Api.DIRECT, None, ["GRAPHQL"], OBJECT, "field-unknown"),
        (Api.DIRECT, None, ["GRAPHQL"], "Field 'x' of type 'T' must have a selection of subfields.", "field-unknown"),
        (
            Api.DIRECT,
            None,
            ["GRAPHQL"],
            "The variable `since` is not compatible with the type of the current location.",
            "filter-unknown",
        ),
        (
            Api.DIRECT,
            None,
            ["GRAPHQL"],
            "Variable '$since' of type 'DateTime' used in position expecting type 'Int'.",
            "filter-unknown",
        ),
        (
            Api.DIRECT,
            None,
            ["GRAPHQL"],
            "The specified value type of field `gte` does not match the field type.",
            "filter-unknown",
        ),
        (
            Api.DIRECT,
            None,
            ["GRAPHQL"],
            "The specified argument value does not match the argument type.",
            "filter-unknown",
        ),
        (Api.DIRECT, None, ["GRAPHQL"], "The specified input object field `x` does not exist.", "filter-unknown"),
        (Api.DIRECT, None, ["GRAPHQL"], "Field 'x' is not defined by type 'CustomerFilterInput'.", "filter-unknown"),
        (Api.DIRECT, None, ["GRAPHQL"], "sales.businessErrors.somethingElse", "business-rule"),
        (Api.DIRECT, None, ["GRAPHQL"], "Unexpected Execution Error", "graphql-error"),
        (Api.DIRECT, 500, [], "", "server-error"),
        (Api.DIRECT, 503, [], "", "server-error"),
        (Api.DIRECT, 302, [], "", "redirected"),
        (Api.MAESN, 307, [], "", "redirected"),
        (Api.SIGN_IN, 304, [], "", "redirected"),
        (Api.DIRECT, 400, [], "", "unexpected"),
    ],
)
def test_documented_answers_are_recognised(
    api: Api, status: int | None, codes: list[str], text: str, expected: str
) -> None:
    assert classify(api, status, codes, text).name == expected


def test_what_no_row_describes() -> None:
    assert classify(Api.DIRECT, 200) is UNEXPECTED


def test_mistakes_in_the_configuration() -> None:
    error = configuration_error("The {odd} name.", "Fix {it}.")
    assert str(error) == "The {odd} name. Fix {it}."
    assert error.failure_type is FailureType.config_error
    assert repr(error) == str(error)
    assert str(error.located("items", "Company 'A' (1)")) == "Company 'A' (1): The {odd} name. Fix {it}."


PACKAGES = ("sage_active", "source_sage_active", "destination_sage_active")
PLACEHOLDER = "something"


def mistakes() -> Iterator[Any]:
    """Every call of `configuration_error`, with the text of its cause and of its remedy."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = {
                target.id: statement.value
                for statement in tree.body
                if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value
                for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("configuration_error", "_ended"):
                    if all(isinstance(argument, ast.Name) and argument.id not in constants for argument in node.args):
                        # It only hands on what its own callers say.
                        continue
                    arguments = [text_of(argument, constants) for argument in node.args]
                    yield pytest.param(arguments, id=f"{path.relative_to(ROOT)}:{node.lineno}")


def text_of(node: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    """A text as it is written, with a word in place of what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                PLACEHOLDER if isinstance(part, ast.FormattedValue) else text_of(part, constants) for part in parts
            )
        case ast.BinOp(left=left, right=right):
            return text_of(left, constants) + text_of(right, constants)
        case ast.Name(id=name) if name in constants:
            return text_of(constants[name], constants)
        case ast.IfExp(body=one, orelse=other):
            return min(text_of(one, constants), text_of(other, constants), key=len)
        case _:
            return ""


@pytest.mark.parametrize("arguments", [*mistakes()])
def test_every_mistake_in_the_configuration_has_a_cause_and_a_remedy(arguments: list[str]) -> None:
    cause, remedy = arguments
    for text in (cause, remedy):
        assert re.match(r"[A-Z`]|something", text), text
        assert text.endswith("."), text
        assert len(text.replace(PLACEHOLDER, "").split()) >= 3, text


@pytest.mark.slow
def test_the_walk_finds_mistakes_in_each_package_that_makes_them() -> None:
    found = {str(parameter.id).split("/", maxsplit=1)[0] for parameter in mistakes()}
    assert found == {"sage_active", "source_sage_active", "destination_sage_active"}


@pytest.mark.parametrize(("cause", "remedy"), [("", "Fix it."), ("It is wrong.", " ")])
def test_no_error_is_without_a_cause_or_a_remedy(cause: str, remedy: str) -> None:
    with pytest.raises(ValueError, match="needs a cause and a remedy"):
        configuration_error(cause, remedy)
