"""GraphQL errors as the vendor's server words them; graphql-core's own wording never leaves the sandbox unchanged."""

import re
from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    Node,
    ObjectFieldNode,
    Visitor,
    VisitorAction,
    visit,
)

from sage_active_sandbox.switches import Switches
from sage_active_sandbox.writing.refusals import NotExecutedError, RefusedError

MAX_ERRORS = 5
"""Validation errors in one reply (docs/reference/server-behaviour.md, "Unknown fields")."""
SPECIFICATION = "https://spec.graphql.org/October2021/#sec-"

ORGANIZATION_MISSING = "X-OrganizationId header is mandatory"
"""Documented without locations and path (docs/reference/server-behaviour.md, "Errors in answers")."""
NOT_OFFERED = "SANDBOX_NOT_OFFERED"
"""Code of root fields that exist in the schema and that this stand-in does not play."""
NOT_AUTHORIZED = "The current user is not authorized to access this resource."


@dataclass(frozen=True)
class Wording:
    """One validation error: graphql-core's text as a pattern, the server's text, and its extensions.

    Extensions named in ``members`` come from the pattern's groups; ``responseName`` from the refused field.
    """

    pattern: re.Pattern[str]
    message: str
    section: str
    members: tuple[str, ...] = ()


def _wording(pattern: str, message: str, section: str, *members: str) -> Wording:
    return Wording(re.compile(pattern), message, section, members)


WORDINGS = (
    _wording(
        r"Cannot query field '(?P<field>\w+)' on type '(?P<type>\w+)'",
        "The field `{field}` does not exist on the type `{type}`.",
        "Field-Selections-on-Objects-Interfaces-and-Unions-Types",
        *("type", "field", "responseName"),
    ),
    _wording(
        r"Unknown argument '(?P<argument>\w+)' on field '(?P<type>\w+)\.(?P<field>\w+)'",
        "The argument `{argument}` does not exist.",
        "Required-Arguments",
        *("type", "field", "argument"),
    ),
    _wording(
        r"Argument '(?P<type>\w+)\.(?P<field>\w+)\((?P<argument>\w+):\)' .*is required",
        "The argument `{argument}` is required.",
        "Required-Arguments",
        *("type", "field", "argument"),
    ),
    _wording(
        r"not to include unknown field '(?P<field>\w+)'",
        "The specified input object field `{field}` does not exist.",
        "Input-Object-Field-Names",
        "field",
    ),
    _wording(
        r"to include required field '(?P<field>\w+)'",
        "`{field}` is a required field and cannot be null.",
        "Input-Object-Required-Fields",
        "field",
    ),
    _wording(
        r"Field '(?P<field>\w+)' of type '(?P<type>[^']+)' must have a selection",
        "`{field}` is an object, interface or union type field. Leaf selections on objects, interfaces, and unions "
        "without subfields are disallowed.",
        "Field-Selections-on-Objects-Interfaces-and-Unions-Types",
        *("field", "type", "responseName"),
    ),
    _wording(
        r"Field '(?P<field>\w+)' must not have a selection since type '(?P<type>[^']+)'",
        "`{field}` returns a scalar value. Selections on scalars or enums are never allowed, because they are the leaf "
        "nodes of any GraphQL query.",
        "Leaf-Field-Selections",
        *("field", "type", "responseName"),
    ),
    _wording(
        r"Variable '\$(?P<variable>\w+)' of type '(?P<variableType>[^']+)' used in position expecting type "
        r"'(?P<locationType>[^']+)'",
        "The variable `{variable}` is not compatible with the type of the current location.",
        "All-Variable-Usages-are-Allowed",
        *("variable", "variableType", "locationType"),
    ),
    _wording(
        r"Variable '\$(?P<variable>\w+)' is not defined",
        "The following variables were not declared: {variable}.",
        "All-Variable-Uses-Defined",
    ),
    _wording(
        r"Variable '\$(?P<variable>\w+)' is never used",
        "The following variables were not used: {variable}.",
        "All-Variables-Used",
    ),
)
"""Known validation errors; a wrong value is worded by the place where it stands."""


def validation_error(error: GraphQLError, document: DocumentNode) -> dict[str, Any]:
    """A validation error of graphql-core in the server's words, with locations, and without a path."""
    for wording in WORDINGS:
        found = wording.pattern.search(error.message)
        if found is not None:
            values = {**found.groupdict(), "responseName": _response_name(error)}
            extensions = {name: values[name] for name in wording.members}
            extensions["specifiedBy"] = SPECIFICATION + wording.section
            return _shape(wording.message.format(**values), error, extensions)
    holder = _holder(document, error.nodes[0]) if error.nodes else None
    extensions = {"specifiedBy": SPECIFICATION + "Values-of-Correct-Type"}
    if isinstance(holder, ArgumentNode):
        extensions = {"argument": holder.name.value, **extensions}
        return _shape("The specified argument value does not match the argument type.", error, extensions)
    if isinstance(holder, ObjectFieldNode):
        extensions = {"fieldName": holder.name.value, **extensions}
        text = f"The specified value type of field `{holder.name.value}` does not match the field type."
        return _shape(text, error, extensions)
    return _shape(error.message, error, {})


def syntax_error(error: GraphQLError) -> dict[str, Any]:
    """A query that cannot be parsed (code HC0011)."""
    return _shape(error.message, error, {"code": "HC0011"})


def too_deep() -> dict[str, Any]:
    """A query that is nested too deeply to be parsed, in the stand-in's own words."""
    return {"message": "The document is nested too deeply.", "extensions": {"code": "HC0011"}}


def introspection_refused(field: FieldNode) -> dict[str, Any]:
    """Introspection that is switched off (code HC0046)."""
    error = GraphQLError("Introspection is not allowed for the current request.", field)
    return _shape(error.message, error, {"code": "HC0046", "field": field.name.value})


def execution_error(error: GraphQLError) -> dict[str, Any]:
    """An error of one field, with its path; a defect of the sandbox is raised again."""
    if error.message == ORGANIZATION_MISSING:
        return {"message": error.message}
    extensions = dict(error.extensions or {})
    message = error.message
    if message.startswith("Cannot return null for non-nullable field"):
        message, extensions = "Cannot return null for non-nullable field.", {"code": "HC0018"}
    elif error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    return _shape(message, error, extensions)


def execution_errors(error: GraphQLError, switches: Switches) -> list[dict[str, Any]]:
    """The errors that one field shows: several for a refused write, none for one that was not tried."""
    cause = error.original_error
    if isinstance(cause, NotExecutedError):
        return []
    if not isinstance(cause, RefusedError):
        return [execution_error(error)]
    keys = switches.undocumented_errors == "key"
    texts = dict.fromkeys(problem.key if problem.documented or keys else problem.text for problem in cause.problems)
    return [_shape(text, error, {}) for text in texts]


def timeout(seconds: float) -> dict[str, Any]:
    """A request that took too long (code HC0045).

    Source: docs/reference/server-behaviour.md, "Several mutations in one request".
    """
    limit = f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
    return {
        "message": f"The request exceeded the configured timeout of `{limit}`.",
        "extensions": {"code": "HC0045"},
    }


def refusal(code: str, field: str) -> GraphQLError:
    """A field that the role or edition does not allow: a code such as AUTH_NOT_AUTHORIZED, or a business key."""
    if code.isupper():
        return GraphQLError(NOT_AUTHORIZED, extensions={"code": code})
    return GraphQLError(code, extensions={"details": field})


def not_played(name: str) -> GraphQLError:
    """What is answered for a root field that the stand-in does not play: an error, never null."""
    return GraphQLError(f"This stand-in does not play {name}.", extensions={"code": NOT_OFFERED})


def elsewhere(name: str, market: str) -> GraphQLError:
    """What is answered for a root field that another market has."""
    return GraphQLError(f"{name} exists in {market} only.", extensions={"code": NOT_OFFERED})


def _shape(message: str, error: GraphQLError, extensions: dict[str, Any]) -> dict[str, Any]:
    shape: dict[str, Any] = {"message": message}
    if error.locations:
        shape["locations"] = [{"line": location.line, "column": location.column} for location in error.locations]
    if error.path is not None:
        shape["path"] = list(error.path)
    if extensions:
        shape["extensions"] = extensions
    return shape


def _response_name(error: GraphQLError) -> str:
    node = error.nodes[0] if error.nodes else None
    return (node.alias or node.name).value if isinstance(node, FieldNode) else ""


class _HolderFinder(Visitor):
    def __init__(self, wanted: Node) -> None:
        super().__init__()
        self._wanted = wanted
        self._inside: list[Node] = []
        self.found: Node | None = None

    def enter(self, node: Node, *_: Any) -> VisitorAction:
        if isinstance(node, (ArgumentNode, ObjectFieldNode)):
            self._inside.append(node)
        if node is self._wanted:
            self.found = self._inside[-1] if self._inside else None
            return self.BREAK
        return None

    def leave(self, node: Node, *_: Any) -> VisitorAction:
        if isinstance(node, (ArgumentNode, ObjectFieldNode)):
            self._inside.pop()
        return None


def _holder(document: DocumentNode, node: Node) -> Node | None:
    finder = _HolderFinder(node)
    visit(document, finder)
    return finder.found
