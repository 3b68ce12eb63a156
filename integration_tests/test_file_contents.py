"""The contents of files: in a folder or in the record, byte for byte, and never more than the user asked for."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.connector import Connector, Outcome
from integration_tests.expected import TYPES, key_of, rows, usable
from sage_active.markets import CONNECTIONS
from sage_active_sandbox.faults import FOREVER
from sage_active_sandbox.graphql_api.actions import render_pdf
from sage_active_sandbox.graphql_api.file_links import content_of
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Row

Connect = Callable[..., Connector]
MEMBERS = {"file_path", "content_base64"}
LINKS = "/files/"
LARGE = 21 << 20


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One sandbox for all tests of the module."""
    with Sandbox(rows=12, companies_per_market=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The running one, its tokens and its request log as new."""
    running.reset_tokens()
    running.requests.clear()
    switches = running.switches.as_dict()
    yield running
    running.faults.clear()
    running.change_switches(switches)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where files are put."""
    return tmp_path / "attachments"


@pytest.fixture
def files(sandbox: Sandbox) -> dict[str, Row]:
    """Those of the company that are listed, by their ids; one has a name that leads elsewhere."""
    (company,) = usable(sandbox, "de")
    table = sandbox.store.table(company.id, "EntityFile")
    first = next(iter(table.values()))
    odd = {**first, "id": "../odd.pdf", "fileName": "../../etc/größe\0 “1”", "size": 5, "_content": b"bytes"}
    if odd["id"] not in table:
        sandbox.store.insert(company.id, "EntityFile", {**odd, "status": "Done"})
    return {row["id"]: row for row in table.values() if row["status"] == "Done"}


def downloads(sandbox: Sandbox) -> int:
    """How many contents were asked for."""
    return sum(request.path.startswith(LINKS) for request in sandbox.requests)


def contents(outcome: Outcome, folder: Path) -> dict[str, bytes]:
    """What a read has delivered, by the ids of the files."""
    assert outcome.code == 0, outcome.errors
    found = {}
    for record in outcome.records("files"):
        if "file_path" in record:
            path = (folder / record["file_path"]).resolve()
            assert path.is_relative_to(folder.resolve())
            found[record["id"]] = path.read_bytes()
        elif "content_base64" in record:
            found[record["id"]] = base64.b64decode(record["content_base64"])
    return found


def test_nothing_is_read_that_nobody_asked_for(sandbox: Sandbox, connect: Connect, files: dict[str, Row]) -> None:
    connector = connect(sandbox, "direct")
    outcome = connector.read(["files"])
    assert {record["id"] for record in outcome.records("files")} == files.keys()
    assert MEMBERS.isdisjoint(connector.streams()["files"]["json_schema"]["properties"])
    assert downloads(sandbox) == 0
    assert not any("downloadPath" in request.document for request in sandbox.requests)


@pytest.mark.parametrize("file_contents", ["folder", "record"])
@pytest.mark.parametrize("file_links", ["open", "signed_in"])
def test_bytes_are_equal(
    sandbox: Sandbox, connect: Connect, folder: Path, files: dict[str, Row], file_contents: str, file_links: Any
) -> None:
    sandbox.switches.file_links = file_links
    connector = connect(sandbox, "direct", file_contents=file_contents, files_folder=str(folder))
    outcome = connector.read(["files"])
    assert contents(outcome, folder) == {row_id: content_of(row) for row_id, row in files.items()}
    member = "file_path" if file_contents == "folder" else "content_base64"
    assert MEMBERS & connector.streams()["files"]["json_schema"]["properties"].keys() == {member}
    assert all("downloadPath" not in record for record in outcome.records("files"))
    assert downloads(sandbox) == len(files)
    # What is there already is not read again; a record must carry its content every time.
    again = connector.read(["files"], full_refresh=True)
    assert contents(again, folder).keys() == files.keys()
    assert downloads(sandbox) == len(files) * (1 if file_contents == "folder" else 2)
    assert not list(folder.rglob(".part-*"))


@pytest.mark.parametrize("file_contents", ["folder", "record"])
def test_a_link_that_has_expired_is_renewed(
    sandbox: Sandbox, connect: Connect, folder: Path, files: dict[str, Row], file_contents: str
) -> None:
    sandbox.faults.add(action="status", status=404, body="The link path has expired.", path=LINKS, times=1)
    sandbox.faults.add(action="reset_mid_body", path=LINKS, times=1, skip=2)
    sandbox.faults.add(action="status", status=503, path=LINKS, times=1, skip=4)
    connector = connect(sandbox, "direct", file_contents=file_contents, files_folder=str(folder))
    outcome = connector.read(["files"])
    assert contents(outcome, folder) == {row_id: content_of(row) for row_id, row in files.items()}
    assert outcome.logs("WARN") == []


def test_a_file_that_cannot_be_read_costs_no_record(
    sandbox: Sandbox, connect: Connect, folder: Path, files: dict[str, Row]
) -> None:
    sandbox.faults.add(action="status", status=404, path=LINKS, times=2)
    connector = connect(sandbox, "direct", file_contents="folder", files_folder=str(folder))
    outcome = connector.read(["files"])
    delivered = contents(outcome, folder)
    assert {record["id"] for record in outcome.records("files")} == files.keys()
    (missing_id,) = files.keys() - delivered.keys()
    (warning,) = outcome.logs("WARN")
    assert f"record {missing_id}: delivered without its file" in warning
    sandbox.faults.add(action="status", status=403, path=LINKS, times=FOREVER)
    connector.config["file_contents"] = "record"
    outcome = connector.read(["files"])
    assert contents(outcome, folder) == {}
    assert {record["id"] for record in outcome.records("files")} == files.keys()


def test_a_large_file_is_for_folders_only(
    sandbox: Sandbox, connect: Connect, folder: Path, files: dict[str, Row]
) -> None:
    (company,) = usable(sandbox, "de")
    first = next(iter(files.values()))
    content = bytes(range(256)) * (LARGE // 256)
    large = {**first, "id": "large.zip", "size": LARGE, "_content": content}
    sandbox.store.insert(company.id, "EntityFile", large)
    # Nobody knows how large this one is.
    sandbox.store.insert(company.id, "EntityFile", {**large, "id": "unknown.zip", "size": None})
    try:
        connector = connect(sandbox, "direct", file_contents="record", files_folder=str(folder))
        outcome = connector.read(["files"])
        assert contents(outcome, folder).keys() == files.keys()
        assert sorted(line.partition("record ")[2].partition(":")[0] for line in outcome.logs("WARN")) == [
            "large.zip",
            "unknown.zip",
        ]
        assert all("20 MB" in line for line in outcome.logs("WARN"))
        connector.config["file_contents"] = "folder"
        found = contents(connector.read(["files"]), folder)
        assert found["large.zip"] == found["unknown.zip"] == content
    finally:
        for row_id in ("large.zip", "unknown.zip"):
            sandbox.store.delete(company.id, "EntityFile", row_id)


def test_a_folder_that_cannot_be_written_fails_the_stream(
    sandbox: Sandbox, connect: Connect, folder: Path, files: dict[str, Row]
) -> None:
    folder.write_text("a file")
    outcome = connect(sandbox, "direct", file_contents="folder", files_folder=str(folder)).read(["files"])
    assert outcome.code == 1
    named = [error for error in outcome.errors if "files_folder" in error["message"]]
    assert {error["failure_type"] for error in named} == {"config_error"}


def test_a_folder_must_be_named(sandbox: Sandbox, connect: Connect) -> None:
    outcome = connect(sandbox, "direct", file_contents="folder").check()
    assert "`files_folder`" in str(outcome.status)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_invoices_are_printed_on_request(sandbox: Sandbox, connect: Connect, folder: Path, connection: str) -> None:
    (company,) = usable(sandbox, "de")
    connector = connect(sandbox, connection, invoice_pdfs="folder", files_folder=str(folder))
    # With two streams, a census comes first.
    outcome = connector.read(["invoices", "customers"])
    assert outcome.code == 0, outcome.errors
    invoices = rows(sandbox, company.id, "invoices")
    assert "pdf_path" in connector.streams()["invoices"]["json_schema"]["properties"]
    found = {record[key_of(connection, "invoices")]: record["pdf_path"] for record in outcome.records("invoices")}
    assert found.keys() == invoices.keys()
    for row_id, path in found.items():
        assert (folder / path).read_bytes() == render_pdf(invoices[row_id], "Sales invoice")
    assert len(set(found.values())) == len(invoices)
    changed = next(iter(invoices))
    sandbox.store.touch(company.id, TYPES["invoices"], changed)
    outcome = connector.read(["invoices", "customers"], state=outcome.last_states)
    assert outcome.code == 0, outcome.errors
    again = {record[key_of(connection, "invoices")]: record["pdf_path"] for record in outcome.records("invoices")}
    assert (folder / again[changed]).read_bytes() == render_pdf(invoices[changed], "Sales invoice")
    # One that cannot be printed comes without.
    sandbox.faults.add(action="status", status=403, contains="documentPdfPreview", times=1)
    sandbox.faults.add(action="status", status=400, path="/accounting/invoices/", times=1)
    outcome = connector.read(["invoices"], full_refresh=True)
    assert outcome.code == 0, outcome.errors
    assert sum("pdf_path" not in record for record in outcome.records("invoices")) == 1
    assert len(outcome.logs("WARN")) == 1


def test_nothing_is_printed_that_nobody_asked_for(sandbox: Sandbox, connect: Connect) -> None:
    outcome = connect(sandbox, "direct").read(["invoices"])
    assert outcome.code == 0, outcome.errors
    assert not any("documentPdfPreview" in request.document for request in sandbox.requests)
