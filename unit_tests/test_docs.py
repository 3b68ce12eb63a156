"""The documentation says what the code says: pages made from tables, and tables written by hand."""

import ast
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import destination_sage_active
from docs.citations import anchor
from docs.model_inputs import models_over, readers
from docs.pages import FOLDER, PAGES, attribute_docs
from docs.stream_contents import CONTENTS
from sage_active.direct.contract import Contract, Field
from sage_active.maesn import models
from sage_active.maesn.record import Address
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.table import RESOURCES, offered
from sage_active_sandbox.switches import KINDS, Switches
from source_sage_active.configuration import specification
from source_sage_active.source import SourceSageActive
from source_sage_active.streams import further_streams, stream_names

SOURCE_PAGE = FOLDER / "sources" / "sage-active.md"
STREAMS_PAGE = FOLDER / "streams.md"
ROOT = FOLDER.parent
MARKDOWN = sorted([*FOLDER.rglob("*.md"), ROOT / "README.md"])
SPECIFICATION = specification()["connectionSpecification"]["properties"]
# No host is asked: without an access token discover does not sign in. Nobody listens there either.
NOWHERE = "http://127.0.0.1:9"
CREDENTIALS = {
    DIRECT: {
        "auth_type": "token",
        "target_system": "sage-active-de",
        "client_id": "client",
        "client_secret": "secret",
        "refresh_token": "refresh",
        "subscription_key": "key",
    },
    MAESN: {"auth_type": "maesn", "target_system": "sage-active-de", "api_key": "key", "account_key": "account"},
}


@pytest.mark.parametrize("file_name", PAGES)
def test_a_page_is_what_its_table_says(file_name: str) -> None:
    assert (FOLDER / file_name).read_text(encoding="utf-8") == PAGES[file_name](), "run `make docs`"


def test_the_data_dictionary_has_every_stream_and_says_where_each_column_comes_from() -> None:
    text = (FOLDER / "data-dictionary.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (\w+)", text, flags=re.MULTILINE)
    assert set(titles) == {name for connection in CONNECTIONS for name in stream_names(connection, RESOURCES)}
    rows = [re.split(r" ?(?<!\\)\| ?", line)[1:-1] for line in re.findall(r"^\| `.*$", text, flags=re.MULTILINE)]
    assert all(column and kind and holds and origin for column, kind, holds, _, origin, _ in rows)


def test_the_models_that_read_a_column_are_named() -> None:
    assert readers()["journal_entries", "accountingEntryLines.accountingEntryInvoice.openItems.dueDate"] == (
        "stg_entry_open_items",
    )
    assert readers()["accounts", "code.value"] == ("stg_accounts",)
    columns = {path.rpartition(".")[2] for _, path in readers()}
    assert {"debitAmount", "taxBase", "totalNet", "balanceGuideLineCode"} <= columns
    assert "trial_balance_compared" in models_over("trial_balance")


def table_below(heading: str, page: Path = SOURCE_PAGE) -> list[list[str]]:
    """The cells of the first table below a heading of a page, without its head."""
    text = page.read_text(encoding="utf-8")
    _, found, section = text.partition(f"\n{heading}\n")
    assert found, heading
    lines = re.findall(r"^\|(.*)\|$", re.split(r"\n#+ ", section)[0], flags=re.MULTILINE)
    assert re.fullmatch(r"[-|]+", lines[1])
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def anchors(page: Path) -> set[str]:
    """All anchors of a page."""
    without_code = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", without_code, flags=re.MULTILINE)}


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, fragment = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not fragment or fragment in anchors(linked), target


def test_every_switch_of_the_sandbox_has_a_meaning() -> None:
    assert list(attribute_docs(Switches)) == list(KINDS)
    assert all(attribute_docs(Switches).values())


def test_reasons_of_rejections_are_those_of_the_destination() -> None:
    page = FOLDER / "destinations" / "sage-active.md"
    head = "| `rejected_reason` | the record |"
    section = page.read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0]
    documented = set(re.findall(r"^\| `([^`]+)`", section, flags=re.MULTILINE))
    assert documented == set(reasons_of_rejections())


def reasons_of_rejections() -> list[str]:
    """The codes with which the destination rejects: literals, the default, that of `Held`, and those of rules."""
    folder = Path(destination_sage_active.__file__).parent
    calls = [
        node
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Rejected", "Held")
    ]
    held = ["held" for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Held"]
    codes = [constant for call in calls for code in call.args[2:] for constant in ast.walk(code)]
    rules = [rule.code for resource in RESOURCES if resource.direct for rule in resource.direct.rules]
    return ["invalid", *held[:1], *rules, *(str(code.value) for code in codes if isinstance(code, ast.Constant))]


def test_commands_of_contributors_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE)) - {"help", "clean"}
    text = (FOLDER / "contributing.md").read_text(encoding="utf-8")
    named = {name for command in re.findall(r"`make ([a-z -]+)`", text) for name in command.split()}
    assert named == targets


@pytest.mark.parametrize(
    ("heading", "model", "kind"),
    [
        ("### Customers and suppliers", models.Contact, "Customer"),
        ("#### Addresses of customers, suppliers and invoices", Address, "CustomerAddress"),
        ("#### Contact persons", models.ContactPerson, "CustomerContact"),
        ("### Items", models.Item, "Product"),
        ("### Invoices", models.Invoice, "SalesInvoice"),
        ("#### Lines", models.InvoiceLine, "SalesInvoiceLine"),
    ],
)
def test_the_map_of_fields_knows_all_of_maesn_and_nothing_new(heading: str, model: type[BaseModel], kind: str) -> None:
    rows = table_below(heading, FOLDER / "maesn-to-direct.md")
    assert [quoted(cells[0])[0] for cells in rows] == list(model.model_fields)
    for _, directly, how_sure in rows:
        assert (directly == "–") == how_sure.startswith("none")
        assert how_sure.startswith(("by meaning", "unknown", "none"))
        for path in quoted(directly):
            assert is_field(Contract().fields(kind), path.replace("[]", "").split(".")), path


def is_field(fields: tuple[Field, ...], path: list[str]) -> bool:
    """Whether a path of members leads through the contract."""
    found = next((field for field in fields if field.name == path[0]), None)
    return found is not None and (len(path) == 1 or is_field(found.children, path[1:]))


def quoted(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_credentials_are_those_of_the_specification() -> None:
    kinds: dict[str, Any] = {
        kind["properties"]["auth_type"]["const"]: kind for kind in SPECIFICATION["credentials"]["oneOf"]
    }
    expected: dict[str, set[str]] = {}
    for kind, declared in kinds.items():
        for name in declared["properties"]:
            expected.setdefault(name, set()).add(kind)
    documented = {
        name: set(kinds) if cells[1] == "all" else set(quoted(cells[1]))
        for cells in table_below("### Credentials")
        for name in quoted(cells[0])
    }
    assert documented == expected


def test_options_and_their_defaults_are_those_of_the_specification() -> None:
    expected = {
        name: {"null": "none", "[]": "none"}.get(
            json.dumps(declared.get("default")), json.dumps(declared.get("default"))
        )
        for name, declared in SPECIFICATION.items()
        if name != "credentials"
    } | {"companies": "all usable"}
    documented = {quoted(cells[0])[0]: cells[1].strip("`") for cells in table_below("### Options")}
    assert documented == expected


def test_limits_of_options_are_those_of_the_specification() -> None:
    (meaning,) = [cells[2] for cells in table_below("### Options") if cells[0] == "`num_workers`"]
    assert f"at most {SPECIFICATION['num_workers']['maximum']}" in meaning


def test_every_stream_says_what_it_contains_and_nothing_else_does() -> None:
    read = {resource.name for connection in CONNECTIONS for resource in offered(connection)}
    assert CONTENTS.keys() == read.union(*map(further_streams, CONNECTIONS))


def test_streams_are_those_that_discover_lists() -> None:
    listed = {
        connection: SourceSageActive(emit_now=lambda _: None)
        .discover(logging.getLogger("airbyte"), {"credentials": CREDENTIALS[connection], "sandbox_url": NOWHERE})
        .streams
        for connection in CONNECTIONS
    }
    rows = {quoted(cells[0])[0]: cells for cells in table_below("## All streams", STREAMS_PAGE)}
    assert set(rows) == {stream.name for streams in listed.values() for stream in streams}
    for connection, streams in listed.items():
        names = [stream.name for stream in streams]
        assert [name for name in rows if name in names] == names
        for stream in streams:
            cells = rows[stream.name]
            directly, _, through_maesn = cells[1].partition("(Maesn:")
            keys = quoted(through_maesn if connection == MAESN and through_maesn else directly)
            assert [[key] for key in keys] == stream.source_defined_primary_key
            assert quoted(cells[2]) == (stream.default_cursor_field or [])
            modes = [mode.value for mode in stream.supported_sync_modes or []]
            assert (cells[3] == "yes") is ("incremental" in modes)
            properties = stream.json_schema["properties"]
            assert set(keys) <= set(properties)
