"""The documentation says what the code says: pages made from tables, and tables written by hand."""

import json
import logging
import re
from typing import Any

import pytest

from docs.pages import FOLDER, PAGES
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from source_sage_active.configuration import specification
from source_sage_active.source import SourceSageActive

SOURCE_PAGE = FOLDER / "sources" / "sage-active.md"
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


def table_below(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading of the source's page, without its head."""
    text = SOURCE_PAGE.read_text(encoding="utf-8")
    _, found, section = text.partition(f"\n{heading}\n")
    assert found, heading
    lines = re.findall(r"^\|(.*)\|$", re.split(r"\n#+ ", section)[0], flags=re.MULTILINE)
    assert re.fullmatch(r"[-|]+", lines[1])
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


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
        name: {"null": "none", "[]": "all usable"}.get(
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


def test_streams_are_those_that_discover_lists() -> None:
    listed = {
        connection: SourceSageActive(emit_now=lambda _: None)
        .discover(logging.getLogger("airbyte"), {"credentials": CREDENTIALS[connection], "sandbox_url": NOWHERE})
        .streams
        for connection in CONNECTIONS
    }
    rows = table_below("## Streams")
    for connection, streams in listed.items():
        assert [quoted(cells[0])[0] for cells in rows] == [stream.name for stream in streams]
        for cells, stream in zip(rows, streams, strict=True):
            directly, _, through_maesn = cells[1].partition("(Maesn:")
            keys = quoted(through_maesn if connection == MAESN and through_maesn else directly)
            assert [[key] for key in keys] == stream.source_defined_primary_key
            assert quoted(cells[2]) == (stream.default_cursor_field or [])
            modes = [mode.value for mode in stream.supported_sync_modes or []]
            assert (cells[3] == "yes") is ("incremental" in modes)
            properties = stream.json_schema["properties"]
            assert set(keys) <= set(properties)
