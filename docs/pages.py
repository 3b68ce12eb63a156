"""Writes the pages of the documentation that are made from the code's tables: `python -m docs.pages`."""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from destination_sage_active.input.catalog import modes
from destination_sage_active.record.key import carries_marker, document_keys
from docs.audit_page import audit_page
from docs.citations import linked
from docs.data_dictionary import data_dictionary_page
from docs.doctor_page import doctor_page
from docs.markdown_table import row, table
from docs.models_page import models_page
from docs.rehearse_page import rehearse_page
from docs.relationships_page import relationships_page
from docs.streams_page import streams_page
from sage_active.direct.contract import Contract
from sage_active.direct.heads import PREFERRED_DATES
from sage_active.direct.strategy import strategy_of
from sage_active.faults import TABLE, Fault
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS
from sage_active.resources.capabilities import cell
from sage_active.resources.resource import (
    CREATE,
    OPERATIONS,
    ByDate,
    DirectResource,
    MaesnResource,
    Member,
    Resource,
    Windowed,
)
from sage_active.resources.table import RESOURCES, offered
from sage_active_sandbox import faults as sandbox_faults
from sage_active_sandbox.acting_queries import ACTING_QUERIES
from sage_active_sandbox.admin import ROUTES
from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.registers import PLANS
from sage_active_sandbox.graphql_api.roots import ONE_MARKET
from sage_active_sandbox.rights import ADMINISTRATOR, READER, REASONS
from sage_active_sandbox.switches import Switches
from source_sage_active.streams import primary_key

FOLDER: Final = Path(__file__).parent
ERRORS: Final = """# Errors

Every error of the two APIs and the sign-in server, by the message that you see. `make docs` writes this page from the
table in `sage_active/fault_table/`; a test compares the two. Words in ‹brackets› are filled in.

| kind | in Airbyte | means |
|---|---|---|
| configuration | `config_error` | something must be fixed: in the configuration, in Sage Active, or in the record |
| transient | `transient_error` | it normally passes; the connector has waited and tried again before it gave up |
| system | `system_error` | the API does something that is not known; the message belongs into a report |

A stream that fails sends its own error first. In the end the framework adds one about the whole run, which is always a
`config_error`, also after a transient one: the first tells what to do.

An error of one record of the destination has the same words and rejects that record alone. What concerns a stream fails
that stream, and what concerns everything ends the run. A write that may have had an effect is looked up before anything
is sent again.

| message | error |
|---|---|
"""
OBJECT_PAGE: Final = """# Objects

What each connection offers of each object, and by what rows are recognised. `make docs` writes this page from the
table in `sage_active/resources/table.py`; a test compares the two.

## What is offered

"Yes" is what the API offers; a star marks what this version of the connector has built. Planned with a star is read as
soon as the API answers: see [planned objects](sources/sage-active.md#planned-objects).

"""
READING: Final = """
## Reading: keys and dates

The cursor of each stream is `updated_at`, which the source makes from the first of the dates that a row has. Documents
that are not final are read again on every run (`reread_open_documents`). The step that makes one final is noticed only
if a date moves with it; [the source's guarantees](sources/sage-active.md#guarantees) tell what to do about it.

"""
WRITING: Final = """
## Writing: modes and keys

A record is looked for by the first key that it has. `document_key` of the configuration chooses among the own numbers
of documents; if it is set, records without a value there are rejected. Directly, documents carry a mark in the member
named here, by which they are found if `document_key` is not set. For data activation `discover` offers keys and own
numbers as matching keys; with the mode update the id too, which a row that is created does not have yet.

"""
SANDBOX: Final = """# The sandbox

`sage-active-sandbox` stands in for Sage Active's API, Maesn's API and the sign-in server, on one port of this machine,
with invented data. `make docs` writes this page from the sandbox's own tables; a test compares the two.

```sh
sage-active-sandbox --port 8400 --rows 60 --switch introspection=true --write-config configurations
```

It prints ready-made configurations, one for each connection and market; `--write-config` also writes them as files. The
same `--seed` gives the same data. `--companies`, `--empty-companies` and `--rows` set how much there is, `--help` lists
the rest. In a Python test, `with Sandbox(rows=10, switches=Switches(introspection=True)) as sandbox:` does the same
(`sage_active_sandbox/sandbox.py`).

| path | plays |
|---|---|
| `/graphql` | Sage Active's API |
| `/connect/authorize`, `/connect/token` | the sign-in server |
| `/files/…` | links to files, each good for ten minutes |
| `/accounting/…`, `/auth/…` | Maesn's API |
| `/admin/…` | nothing that exists: the controls below |

Every query of the schema is played; reports are worked out from the entries that are there. The queries that act
({acting}) are counted like mutations. What the stand-in does not play, such as many mutations, is answered with an
error of the code `SANDBOX_NOT_OFFERED`, never with null. So are queries that exist in another market only: {elsewhere}.

Two users can sign in: `{administrator}` may do everything, `{reader}` only reads. The address in `login_hint` chooses;
a ready-made refresh token of the second one is `sandbox-refresh-token-de-reader`. The plans of accounts, which no query
lists, have these ids: {plans}.

One address stands for the hosts of all markets, so a key that does not fit to `target_system` cannot be tried: the
subscription key (through Maesn the account key) alone decides which market's companies there are. A key that is none,
such as `sandbox-key-it`, is refused as a key of another market is.

## Controls

JSON over HTTP, without credentials. So only programs of this machine may send it: a request is refused if its `Host` is
neither `localhost` nor a loopback address, or if a browser sends it for a page of another origin (`Origin`,
`Sec-Fetch-Site`). A body has a `Content-Length`, at most 64 MB, and at most 64 levels of JSON. The log keeps the newest
requests, at most 20,000 and 32 MB; of bodies above 64 KB it keeps nothing but the beginning.

"""
EXAMPLES: Final = """
```sh
curl -X PATCH http://127.0.0.1:8400/admin/switches -d '{"account_code": "flat"}'
curl http://127.0.0.1:8400/admin/faults \\
  -d '{"action": "status", "status": 429, "headers": {"Retry-After": "2"}, "operation": "customers", "times": 3}'
curl -X PATCH http://127.0.0.1:8400/admin/drift -d '{"dropped_fields": ["Customer.tradeName"]}'
curl -X PATCH http://127.0.0.1:8400/admin/rights -d '{"createProduct": "global.businessErrors.authorizationPolicy"}'
```

"""
SWITCHES: Final = """## Switches

One for each point on which the published sources disagree, are silent, or may change.

"""
FAULTS: Final = """
## Faults

A fault has an action and conditions. All conditions must hold; several faults may strike one request.

"""
CONDITIONS: Final = """
`method` is the HTTP method. The other members of a fault are what actions use.
"""
DRIFT: Final = """
## Drift

What a release of the vendor may do to a client.

"""


def errors_page() -> str:
    """The table of faults: messages first, then one section for each."""
    messages = "\n".join(row(_filled_in(fault.cause), f"[{fault.name}](#{fault.name})") for fault in TABLE)
    return ERRORS + messages + "\n" + "".join(_fault(fault) for fault in TABLE)


def objects_page() -> str:
    """What each connection offers, and the keys and dates of the objects."""
    columns = [
        f"{CONNECTION_LABELS[connection]}: {operation}" for connection in CONNECTIONS for operation in OPERATIONS
    ]
    cells = [[f"`{resource.name}`", *_cells(resource), "yes" if resource.personal else ""] for resource in RESOURCES]
    reading = [_read(resource, connection) for connection in CONNECTIONS for resource in offered(connection)]
    writing = [_written(resource, connection) for connection in CONNECTIONS for resource in offered(connection, CREATE)]
    return (
        OBJECT_PAGE
        + table(["object", *columns, "personal data as a whole"], cells)
        + READING
        + table(["stream", "connection", "place", "primary key", "dates", "not final"], reading)
        + WRITING
        + table(["object", "connection", "modes", "keys", "own numbers", "mark"], writing)
    )


def sandbox_page() -> str:
    """How the sandbox is controlled."""
    meanings = attribute_docs(Switches)
    kinds = get_type_hints(Switches)
    switches = [
        [f"`{switch.name}`", _values(kinds[switch.name]), _code(switch.default), meanings[switch.name]]
        for switch in fields(Switches)
    ]
    actions = [[f"`{name}`", meaning] for name, meaning in sandbox_faults.ACTIONS.items()]
    conditions = [
        [f"`{name}`", _code(_default(sandbox_faults.Fault, name)), meaning]
        for name, meaning in attribute_docs(sandbox_faults.Fault).items()
        if name not in ("body", "seen")
    ]
    drift = [[f"`{name}`", meaning] for name, meaning in attribute_docs(Drift).items()]
    reasons = ", ".join(f"`{reason}`" for reason in REASONS)
    controls = [[f"`{method} /admin/{path}`", route.meaning] for (method, path), route in ROUTES.items()]
    return (
        _sandbox_head()
        + table(["request", "what it does"], controls)
        + EXAMPLES
        + f"The reasons for which a right may be denied: {reasons}.\n\n"
        + SWITCHES
        + table(["switch", "values", "default", "meaning"], switches)
        + FAULTS
        + table(["action", "what happens"], actions)
        + "\n"
        + table(["condition", "default", "meaning"], conditions)
        + CONDITIONS
        + DRIFT
        + table(["member", "meaning"], drift)
    )


def _sandbox_head() -> str:
    values = {
        "acting": ", ".join(f"`{name}`" for name in sorted(ACTING_QUERIES)),
        "elsewhere": ", ".join(f"`{name}` ({market})" for name, market in ONE_MARKET.items()),
        "administrator": ADMINISTRATOR,
        "reader": READER,
        "plans": ", ".join(f"{market} `{plan}`" for market, plan in PLANS.items()),
    }
    text = SANDBOX
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def attribute_docs(owner: type) -> dict[str, str]:
    """The texts that stand below the members of a class, by member, each on one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{owner} is not a class")
    return dict(_member_docs(body))


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "audit.md": audit_page,
    "data-dictionary.md": data_dictionary_page,
    "doctor.md": doctor_page,
    "rehearse.md": rehearse_page,
    "errors.md": errors_page,
    "models.md": models_page,
    "objects.md": objects_page,
    "relationships.md": relationships_page,
    "streams.md": streams_page,
    "sandbox.md": sandbox_page,
}


def _member_docs(body: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for member, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(member, ast.AnnAssign)
            and isinstance(member.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            yield member.target.id, linked(" ".join(str(after.value.value).replace("``", "`").split()))


def _fault(fault: Fault) -> str:
    apis = ", ".join(sorted(api.value for api in fault.apis))
    denial = f" It means that {fault.denies.value}." if fault.denies else ""
    return f"""
## {fault.name}

> {_filled_in(fault.cause)}

{_filled_in(fault.remedy)}

From {apis}: {fault.seen_as}. The connector will {fault.action.value}. Kind: {fault.kind.value}.

It concerns {fault.concerns.value}. A write that is answered so {fault.effect.value}.{denial}
"""


def _filled_in(text: str) -> str:
    """Placeholders in a notation that no page takes for code."""
    return re.sub(r"\{(\w+)\}", r"‹\1›", text)


def _cells(resource: Resource) -> list[str]:
    return [
        f"{cell(resource, *at)} *" if at in resource.built else str(cell(resource, *at))
        for at in product(CONNECTIONS, OPERATIONS)
    ]


def _read(resource: Resource, connection: str) -> list[str]:
    binding = resource.on(connection)
    if isinstance(binding, MaesnResource):
        where, dates = f"`/accounting/{binding.path}`", binding.dates
        open_documents = [
            f"`{name}={value}`" for parameters in binding.open_documents for name, value in parameters.items()
        ]
    else:
        read = strategy_of(Contract(), binding)
        where = f"`{binding.root}`"
        dates = read.changed if isinstance(read, ByDate) else PREFERRED_DATES if isinstance(read, Windowed) else ()
        open_documents = [f"`{_graphql(binding.open_documents)}`"] if binding.open_documents else []
    key = ", ".join(f"`{name}`" for name in primary_key(resource, connection))
    date_members = ", else ".join(f"`{date}`" for date in dates) or "–"
    return [
        f"`{resource.name}`",
        CONNECTION_LABELS[connection],
        where,
        key,
        date_members,
        ", ".join(open_documents) or "–",
    ]


def _written(resource: Resource, connection: str) -> list[str]:
    binding = resource.on(connection)
    marker = binding.marker if isinstance(binding, DirectResource) and carries_marker(resource, connection) else None
    return [
        f"`{resource.name}`",
        CONNECTION_LABELS[connection],
        ", ".join(f"`{mode.value}`" for mode in modes(resource, connection)) or "–",
        ", else ".join(f"`{key}`" for key in binding.keys) or "–",
        ", ".join(f"`{key}`" for key in document_keys(resource, connection)) or "–",
        f"`{marker}`" if marker else "–",
    ]


def _graphql(value: Any) -> str:
    """A filter as a query writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_graphql(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_graphql, value)) + "]"
    return value.name if isinstance(value, Member) else json.dumps(value)


def _values(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(_code(value) for value in get_args(kind))
    return "`true`, `false`" if kind is bool else "a number"


def _default(owner: type, name: str) -> Any:
    (found,) = [field for field in fields(owner) if field.name == name]
    return None if found.default is MISSING else found.default


def _code(value: Any) -> str:
    if value is None:
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    for file_name, page in PAGES.items():
        (FOLDER / file_name).write_text(page(), encoding="utf-8")
