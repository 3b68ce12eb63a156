"""The page that lists every column: `docs/data-dictionary.md`, made from the schemas that discover shows."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sage_active.direct.contract import Contract
from sage_active.direct.strategies.selection import row_fields, row_schema
from sage_active.maesn.models import record_schema
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS
from sage_active.resources.omission import members_below, schema_without
from sage_active.resources.personal_data import MARK
from sage_active.resources.resource import MaesnResource, Resource
from sage_active.resources.table import offered
from source_sage_active.streams import COMPANIES, COMPANY_SCHEMA, OWN_SCHEMAS

HEAD: Final = """# Data dictionary

Every column of every stream, as `discover` describes it. `make docs` writes this page from the code's tables; a test
compares the two. `[]` stands for the elements of a list.

*Personal* marks columns that hold personal data, or may: names, addresses, numbers that identify somebody, free text.
In `discover`'s JSON schema these have the member `x-personal-data`. The option
[`exclude_fields`](sources/sage-active.md#options) leaves columns out. It names them as they stand here, with the stream
before them and without `[]`: `customers.contacts.surname`.

Every stream has these columns of the connector, too:

"""
COLUMNS: Final = ("column", "type", "holds", "personal")


def data_dictionary_page() -> str:
    """All streams, connection by connection."""
    sections = [
        _section(f"{resource.name}, {CONNECTION_LABELS[connection]}", _columns(resource, connection))
        for connection in CONNECTIONS
        for resource in offered(connection)
    ]
    own = {name: COMPANY_SCHEMA["properties"][name] for name in COMPANY_SCHEMA["properties"] if name not in OWN_SCHEMAS}
    return HEAD + _table(OWN_SCHEMAS) + "".join([*sections, _section(COMPANIES, own)])


def _columns(resource: Resource, connection: str) -> Mapping[str, Any]:
    place = resource.on(connection)
    if isinstance(place, MaesnResource):
        return members_below(schema_without(record_schema(place.record), place.omit))
    contract = Contract()
    return members_below(row_schema(contract, place, row_fields(contract, place)))


def _section(title: str, columns: Mapping[str, Any]) -> str:
    return f"\n## {title}\n\n{_table(columns)}"


def _table(columns: Mapping[str, Any]) -> str:
    return "\n".join([_row(*COLUMNS), "|---" * len(COLUMNS) + "|", *_rows(columns, "")]) + "\n"


def _rows(columns: Mapping[str, Any], above: str) -> Iterator[str]:
    for name, schema in columns.items():
        path = f"{above}{name}{'[]' if 'items' in schema else ''}"
        yield _row(f"`{path}`", _kind(schema), schema.get("description", ""), "yes" if schema.get(MARK) else "")
        yield from _rows(members_below(schema), f"{path}.")


def _kind(schema: Mapping[str, Any]) -> str:
    declared = schema.get("type", ())
    kinds = [declared] if isinstance(declared, str) else declared
    return schema.get("format") or " or ".join(kind for kind in kinds if kind != "null") or "any"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
