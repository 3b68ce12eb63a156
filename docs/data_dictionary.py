"""The page that lists every column: `docs/data-dictionary.md`, made from the schemas that discover shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from docs.markdown_table import table
from docs.model_inputs import models_over, readers
from sage_active.direct.contract import Contract, Field
from sage_active.direct.strategies.selection import row_fields, row_schema
from sage_active.maesn.descriptions import part_of
from sage_active.maesn.models import MODELS, record_schema
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS
from sage_active.resources.omission import members_below, schema_without
from sage_active.resources.personal_data import MARK
from sage_active.resources.resource import MaesnResource, Resource
from sage_active.resources.table import offered
from source_sage_active.deletions import RECORD_IDS
from source_sage_active.file_contents import ABOUT
from source_sage_active.record_ids import COLUMNS as RECORD_ID_COLUMNS
from source_sage_active.streams import COMPANIES, COMPANY_SCHEMA, OWN_SCHEMAS

HEAD: Final = """# Data dictionary

Every column of every stream, as `discover` describes it. `make docs` writes this page from the code's tables; a test
compares the two. `[]` stands for the elements of a list. [Relationships](relationships.md) shows where ids lead.

*Personal* marks columns that hold personal data, or may: names, addresses, numbers that identify somebody, free text.
In `discover`'s JSON schema these have the member `x-personal-data`. The option
[`exclude_fields`](sources/sage-active.md#options) leaves columns out. It names them as they stand here, with the stream
before them and without `[]`: `customers.contacts.surname`.

*From* is the type and field of Sage Active's own API, or the object and member of Maesn's; nothing is renamed or worked
out. *Read by* names the view of the [models](models.md) that reads the column from the raw table: without the column it
cannot be created, nor can the models above it, which stand at the head of the stream.

Every stream has these columns of the connector, too:

"""
COLUMNS: Final = ("column", "type", "holds", "personal", "from", "read by")
CONNECTOR: Final = "the connector"


@dataclass(frozen=True)
class Stream:
    """The columns of a stream by their JSON schemas, and by path without `[]` where each value comes from.

    `origin`: of columns of which nothing else is said; `in_models`: whether the models read the stream.
    """

    name: str
    columns: Mapping[str, Any]
    origins: Mapping[str, str]
    origin: str = CONNECTOR
    in_models: bool = True


def data_dictionary_page() -> str:
    """All streams, connection by connection."""
    sections = [
        _section(f"{resource.name}, {CONNECTION_LABELS[connection]}", _stream(resource, connection))
        for connection in CONNECTIONS
        for resource in offered(connection)
    ]
    columns = {
        name: COMPANY_SCHEMA["properties"][name] for name in COMPANY_SCHEMA["properties"] if name not in OWN_SCHEMAS
    }
    further = [
        _section(RECORD_IDS, Stream(RECORD_IDS, {**RECORD_ID_COLUMNS}, {})),
        _section(COMPANIES, Stream(COMPANIES, columns, {}, "the list of companies")),
    ]
    return HEAD + _table(Stream("", OWN_SCHEMAS, {})) + "".join([*sections, *further])


def _stream(resource: Resource, connection: str) -> Stream:
    binding = resource.on(connection)
    if isinstance(binding, MaesnResource):
        columns = members_below(schema_without(record_schema(binding.record), binding.omit))
        origins = dict(_members(MODELS[binding.record], ""))
        return Stream(resource.name, {**columns, **_added(resource)}, origins, in_models=False)
    contract = Contract()
    fields = row_fields(contract, binding)
    columns = members_below(row_schema(contract, binding, fields))
    arguments = dict.fromkeys(columns, f"argument of `{binding.root}`")
    return Stream(resource.name, {**columns, **_added(resource)}, arguments | dict(_fields(fields, "")))


def _added(resource: Resource) -> Mapping[str, Any]:
    """What options of the source add."""
    downloading = resource.direct.downloading if resource.direct else None
    schemas = {about: {"type": "string", "description": sentence, MARK: True} for about, sentence in ABOUT.items()}
    pdf_schema = {resource.printing.path: schemas["path"]} if resource.printing else {}
    downloaded = {downloading.path: schemas["path"], downloading.encoded: schemas["content"]} if downloading else {}
    return pdf_schema | downloaded


def _fields(fields: tuple[Field, ...], above: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        path = f"{above}{field.name}"
        yield path, f"{field.owner}.{field.name}"
        yield from _fields(field.children, f"{path}.")


def _members(record: type[BaseModel], above: str) -> Iterator[tuple[str, str]]:
    for name, field in record.model_fields.items():
        member = field.alias or name
        yield f"{above}{member}", f"{record.__name__}.{member}"
        if part := part_of(field.annotation):
            yield from _members(part, f"{above}{member}.")


def _section(title: str, stream: Stream) -> str:
    models = models_over(stream.name) if stream.in_models else ()
    above = f"Models: {', '.join(f'[{name}](models.md#{name})' for name in models)}.\n\n" if models else ""
    return f"\n## {title}\n\n{above}{_table(stream)}"


def _table(stream: Stream) -> str:
    return table([*COLUMNS], list(_rows(stream, stream.columns, "")))


def _rows(stream: Stream, columns: Mapping[str, Any], above: str) -> Iterator[list[str]]:
    for name, schema in columns.items():
        path = f"{above}{name}{'[]' if 'items' in schema else ''}"
        plain = path.replace("[]", "")
        read_by = readers().get((stream.name, plain), ()) if stream.in_models else ()
        yield [
            f"`{path}`",
            _kind(schema),
            schema.get("description", ""),
            "yes" if schema.get(MARK) else "",
            stream.origins.get(plain, stream.origin),
            ", ".join(read_by),
        ]
        yield from _rows(stream, members_below(schema), f"{path}.")


def _kind(schema: Mapping[str, Any]) -> str:
    declared = schema.get("type", ())
    kinds = [declared] if isinstance(declared, str) else declared
    return schema.get("format") or " or ".join(kind for kind in kinds if kind != "null") or "any"
