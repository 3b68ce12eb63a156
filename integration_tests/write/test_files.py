"""Files through the destination: uploaded once, found again although a virus scan hides them, refused by name."""

import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integration_tests import file_records
from integration_tests.connector import run_here
from integration_tests.destination import DESTINATION, Destination, committed, received, records
from integration_tests.rich_records import RichRecords
from sage_active.markets import MARKETS
from sage_active.resources.files import UPLOADING
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

UPLOAD = "uploadFileToEntity"
# A scan that is over before a run gives up, and after it has asked at least once.
SCAN_SECONDS = 0.4
NO_SUCH_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def settled(destination: Destination, tmp_path: Path) -> None:
    """Runs wait for nothing, and any share of records may be rejected."""
    folder = tmp_path / "attachments"
    folder.mkdir()
    destination.set(settle_seconds=0, max_rejected_percent=100, files_folder=str(folder))


def stored(sandbox: Sandbox, company: Company) -> list[Row]:
    """The files of a company."""
    return list(sandbox.store.table(company.id, "EntityFile").values())


def attached(**members: Any) -> dict[str, Any]:
    """A record of the company's own file; a member that is None is missing."""
    usual = {"entityType": "ORGANIZATION", "fileName": "contract.pdf", "content_base64": encoded(b"%PDF-1")}
    return {name: value for name, value in {**usual, **members}.items() if value is not None}


def encoded(content: bytes) -> str:
    """Bytes as records carry them."""
    return base64.b64encode(content).decode()


@pytest.mark.parametrize("uploaded_names", ["without_extension", "as_sent"])
def test_files_are_uploaded_once(
    sandbox: Sandbox, company: Company, destination: Destination, uploaded_names: str
) -> None:
    sandbox.switches.uploaded_names = uploaded_names  # type: ignore[assignment]
    rows = file_records.of(sandbox, company, "files", 12)
    outcome = destination.write(records("files", rows))
    assert (outcome.code, destination.counts()) == (0, {"create": 12}), outcome.errors
    by_name = {file["fileName"]: file for file in stored(sandbox, company)}
    for row in rows:
        file = by_name[row["fileName"]]
        assert base64.b64decode(row["content_base64"]) == file["_content"]
        assert (row["type"], row["comment"]) == (file["type"], file["comment"])
        assert file["businessDate"].date().isoformat() == row["businessDate"]
        assert row["content_base64"] not in outcome.errors
    sandbox.mutations.clear()
    outcome = destination.write(records("files", rows))
    assert (outcome.code, destination.counts(), committed(sandbox)) == (0, {"unchanged": 12}, {})


@pytest.mark.parametrize("market", [market.code.lower() for market in MARKETS])
def test_owners_are_named_by_natural_keys(sandbox: Sandbox, market: str, tmp_path: Path) -> None:
    company = next(known for known in sandbox.store.companies.values() if known.market == market.upper())
    owners: dict[str, tuple[str, str, str]] = {
        "CUSTOMER": ("customer", "Customer", "code"),
        "SUPPLIER": ("supplier", "Supplier", "code"),
        "PRODUCT": ("product", "Product", "code"),
        "ACCOUNTING_ENTRY": ("accountingEntry", "AccountingEntry", "number"),
        **({} if market == "de" else {"EMPLOYEE": ("employee", "Employee", "code")}),
    }
    rows, wanted = [attached()], {("ORGANIZATION", company.id)}
    for number, (entity_type, (member, type_name, key)) in enumerate(owners.items(), 4711):
        owner = sandbox.store.insert(company.id, type_name, {key: number if key == "number" else f"NEW-{number}"})
        # The id of another company leads nowhere here; its natural key counts.
        rows.append(attached(entityType=entity_type, entityId=NO_SUCH_ID, **{member: {key: owner[key]}}))
        wanted.add((entity_type, owner["id"]))
    destination = Destination.over(sandbox, "direct", company, tmp_path / "to", settle_seconds=0)
    known = {file["id"] for file in stored(sandbox, company)}
    outcome = destination.write(records("files", [{**row, "company_id": NO_SUCH_ID} for row in rows]))
    assert (outcome.code, destination.rejected()) == (0, []), outcome.errors
    uploaded = [file for file in stored(sandbox, company) if file["id"] not in known]
    assert {(file["entityType"], file["entityId"]) for file in uploaded} == wanted
    assert len(uploaded) == len(rows)


def test_members_are_found_in_other_spellings(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    row: dict[str, Any] = {
        "ENTITYTYPE": "organization",
        "FILENAME": "contract.pdf",
        "CONTENT_BASE64": encoded(b"%PDF-1"),
    }
    row |= {"status": "Done", "size": 7, "mimeType": "application/pdf", "id": "98f7.pdf"}
    outcome = destination.write(records("files", [row, attached()]))
    assert (outcome.code, destination.counts()) == (0, {"create": 1, "unchanged": 1}), outcome.errors
    assert not any("content_base64" in line for line in outcome.logs("WARN"))


def test_files_wait_for_their_owners(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    customers = RichRecords(sandbox, company).of("customers", 3)
    rows = [attached(entityType="customer", customer={"code": row["code"]}) for row in customers]
    lines = [*records("files", rows), *records("customers", customers)]
    outcome = destination.write(lines)
    assert (outcome.code, destination.counts()) == (0, {"create": 6}), outcome.errors
    ids = {row["id"] for row in sandbox.store.table(company.id, "Customer").values()}
    assert {file["entityId"] for file in stored(sandbox, company)} == ids


def test_what_is_there_is_not_uploaded_again(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    sandbox.switches.scan_seconds = 60
    first, longer = attached(), attached(content_base64=encoded(b"%PDF-1.7"))
    # The scan hides the first while its own run meets it again, in the same batch.
    outcome = destination.write(records("files", [first, attached(fileName="contract", type="pdf"), longer]))
    assert (outcome.code, destination.counts()) == (0, {"create": 2, "unchanged": 1}), outcome.errors
    assert sorted(file["size"] for file in stored(sandbox, company)) == [6, 8]
    for file in stored(sandbox, company):
        file["_scanned"] -= timedelta(seconds=60)
    outcome = destination.write(records("files", [attached(comment="signed")]))
    assert [line["rejected_reason"] for line in destination.rejected()] == ["fixed"]
    assert received(sandbox) == {UPLOAD: 2}


def test_the_same_file_twice_is_there(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    destination.write(records("files", [attached()]))
    (file,) = stored(sandbox, company)
    sandbox.store.insert(company.id, "EntityFile", {**file, "id": "second.pdf"})
    outcome = destination.write(records("files", [attached()]))
    assert (outcome.code, destination.counts()) == (0, {"unchanged": 1}), outcome.errors


class TestPaths:
    """What records name below `files_folder`."""

    def test_files_below_the_folder_are_uploaded(
        self, sandbox: Sandbox, company: Company, destination: Destination, tmp_path: Path
    ) -> None:
        inner = tmp_path / "attachments" / "2026"
        inner.mkdir()
        (inner / "receipt 17.pdf").write_bytes(b"first")
        (inner / "scan").write_bytes(b"second")
        rows = [
            attached(fileName=None, content_base64=None, path="2026/receipt 17.pdf"),
            attached(fileName="Größe", type="png", content_base64=None, file_path="./2026/scan"),
        ]
        outcome = destination.write(records("files", rows))
        assert (outcome.code, destination.counts()) == (0, {"create": 2}), outcome.errors
        found = {(file["fileName"], file["type"]): file["_content"] for file in stored(sandbox, company)}
        assert found == {("receipt 17", "pdf"): b"first", ("Größe", "png"): b"second"}

    @pytest.mark.parametrize(
        "path",
        ["/etc/hostname", "../outside.pdf", "inner/../../outside.pdf", "link.pdf", "linked/inside", "inner", "no"],
    )
    def test_nothing_else_is(self, sandbox: Sandbox, destination: Destination, tmp_path: Path, path: str) -> None:
        folder, outside = tmp_path / "attachments", tmp_path / "outside.pdf"
        outside.write_bytes(b"secret")
        (folder / "inner").mkdir()
        (folder / "link.pdf").symlink_to(outside)
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "inside").write_bytes(b"secret")
        (folder / "linked").symlink_to(tmp_path / "elsewhere")
        destination.write(records("files", [attached(content_base64=None, path=path)]))
        (line,) = destination.rejected()
        assert (line["rejected_field"], line["rejected_reason"]) == ("path", "files-folder")
        assert received(sandbox) == {}

    def test_a_path_needs_the_option(self, destination: Destination) -> None:
        destination.set(files_folder=None)
        destination.write(records("files", [attached(content_base64=None, path="contract.pdf")]))
        assert "`files_folder`" in destination.rejected()[0]["rejected_message"]


@pytest.mark.parametrize(
    ("members", "field", "reason"),
    [
        ({"entityType": "AP_AUTOMATION"}, "entityType", "not-offered"),
        ({"entityType": "NONE"}, "entityType", "required"),
        ({"entityType": None}, "entityType", "no-key"),
        ({"entityType": "CUSTOMER"}, "entityId", "no-key"),
        ({"entityType": "CUSTOMER", "customer": {"code": "nobody"}}, "entityId", "reference"),
        ({"entityType": "ACCOUNTING_ENTRY", "accountingEntry": {"number": "A-1"}}, "entityId", "reference"),
        ({"entityType": "ACCOUNTING_ENTRY", "accountingEntry": {"number": "9" * 5000}}, "entityId", "reference"),
        ({"content_base64": None}, "content_base64", "required"),
        ({"content_base64": ""}, "content_base64", "required"),
        ({"content_base64": "%"}, "content_base64", "invalid"),
        ({"content_base64": 5}, "content_base64", "invalid"),
        ({"path": "contract.pdf"}, "path", "invalid"),
        ({"content_base64": None, "path": "empty.pdf"}, "path", "invalid"),
        ({"content_base64": None, "path": "large.pdf"}, "path", "invalid"),
        ({"fileName": "x" * 101}, "fileName", "invalid"),
        ({"fileName": " "}, "fileName", "required"),
        ({"comment": "x" * 256}, "comment", "invalid"),
    ],
)
def test_what_cannot_be_uploaded_is_named(
    sandbox: Sandbox, destination: Destination, tmp_path: Path, members: Mapping[str, Any], field: str, reason: str
) -> None:
    (tmp_path / "attachments" / "empty.pdf").touch()
    with (tmp_path / "attachments" / "large.pdf").open("wb") as file:
        file.truncate(UPLOADING.most_bytes + 1)
    destination.write(records("files", [attached(**members)]))
    (line,) = destination.rejected()
    assert (line["rejected_field"], line["rejected_reason"]) == (field, reason), line["rejected_message"]
    assert received(sandbox) == {}


def test_a_number_of_several_entries_names_none(sandbox: Sandbox, destination: Destination, company: Company) -> None:
    for index in range(2):
        sandbox.store.insert(company.id, "AccountingEntry", {"id": f"{NO_SUCH_ID[:-1]}{index}", "number": 7})
    destination.write(records("files", [attached(entityType="ACCOUNTING_ENTRY", accountingEntry={"number": 7})]))
    assert [line["rejected_reason"] for line in destination.rejected()] == ["ambiguous"]


def test_the_largest_file(sandbox: Sandbox, company: Company, destination: Destination, tmp_path: Path) -> None:
    content = bytes(range(256)) * (UPLOADING.most_bytes // 256)
    (tmp_path / "attachments" / "large.pdf").write_bytes(content)
    outcome = destination.write(records("files", [attached(content_base64=None, path="large.pdf")]))
    assert (outcome.code, destination.counts()) == (0, {"create": 1}), outcome.errors
    assert stored(sandbox, company)[0]["_content"] == content


class TestWithoutAnswer:
    """Uploads whose outcome nobody tells."""

    @pytest.mark.parametrize(
        "fault",
        [
            {"action": "answer_lost"},
            {"action": "late_commit", "seconds": 0.3},
            {"action": "status_after", "status": 500, "body": {"statusCode": 500}},
            {"action": "status_after", "status": 503, "body": "Service Unavailable"},
            {"action": "whole_null", "commits": 1},
        ],
        ids=lambda fault: f"{fault['action']}-{fault.get('status', '')}",
    )
    def test_they_are_looked_for_until_they_are_listed(
        self, sandbox: Sandbox, company: Company, destination: Destination, fault: Mapping[str, Any]
    ) -> None:
        destination.set(files_settle_minutes=1)
        sandbox.switches.scan_seconds = SCAN_SECONDS
        sandbox.faults.add(**fault, writes=True, times=1)
        outcome = destination.write(records("files", file_records.of(sandbox, company, "files", 3)))
        assert (outcome.code, destination.counts()) == (0, {"create": 3}), outcome.errors
        assert (received(sandbox), len(stored(sandbox, company))) == ({UPLOAD: 3}, 3)

    def test_what_is_not_listed_is_in_doubt_and_never_sent_again(
        self, sandbox: Sandbox, company: Company, destination: Destination
    ) -> None:
        destination.set(files_settle_minutes=0)
        sandbox.switches.scan_seconds = 60
        sandbox.faults.add(action="answer_lost", writes=True, times=1)
        # The same file again, and another one.
        rows = [attached(), attached(fileName="contract"), attached(fileName="letter")]
        outcome = destination.write(records("files", rows))
        assert (outcome.code, destination.counts()) == (0, {"create": 1, "reject": 2}), outcome.errors
        assert {line["rejected_reason"] for line in destination.rejected()} == {"unknown"}
        assert "`files_settle_minutes`" in destination.rejected()[0]["rejected_message"]
        assert received(sandbox) == {UPLOAD: 2}

    def test_a_run_meets_what_a_killed_one_had_sent(
        self, sandbox: Sandbox, company: Company, destination: Destination
    ) -> None:
        sandbox.switches.scan_seconds = SCAN_SECONDS
        destination.write(records("files", [attached()]))
        destination.set(settle_seconds=1)
        outcome = destination.write(records("files", [attached()]))
        assert (outcome.code, destination.counts()) == (0, {"unchanged": 1}), outcome.errors
        assert received(sandbox) == {UPLOAD: 1}

    def test_a_refusal_is_no_doubt(self, sandbox: Sandbox, destination: Destination) -> None:
        row = attached(entityType="CUSTOMER", entityId=NO_SUCH_ID, company_id=None)
        destination.write(records("files", [row]))
        (line,) = destination.rejected()
        assert line["rejected_reason"] == "write-refused"
        assert received(sandbox) == {UPLOAD: 1}


def test_a_file_that_changes_is_not_uploaded(sandbox: Sandbox, destination: Destination, tmp_path: Path) -> None:
    path = tmp_path / "attachments" / "log.txt"
    path.write_bytes(b"line")

    def grow() -> None:
        path.write_bytes(b"line and line")

    on_lookup: Callable[[], None] = grow
    sandbox.faults.add(action="run_before", run=on_lookup, operation="files", times=1)
    destination.write(records("files", [attached(content_base64=None, path="log.txt")]))
    (line,) = destination.rejected()
    assert (line["rejected_reason"], received(sandbox)) == ("file-unreadable", {})
    assert "it has changed" in line["rejected_message"]


def test_a_dry_run_uploads_nothing(sandbox: Sandbox, company: Company, destination: Destination) -> None:
    destination.set(dry_run=True)
    outcome = destination.write(records("files", [attached(), attached(fileName="contract", type="pdf")]))
    assert outcome.code == 0, outcome.errors
    assert [entry["action"] for entry in destination.plan()] == ["create", "unchanged"]
    assert (received(sandbox), stored(sandbox, company)) == ({}, [])


def test_a_right_that_is_missing_is_named(sandbox: Sandbox, destination: Destination) -> None:
    sandbox.rights.replace({UPLOAD: "AUTH_NOT_AUTHORIZED"})
    outcome = destination.write(records("files", [attached()]))
    assert outcome.code == 1
    assert received(sandbox) == {UPLOAD: 1}


def test_check_names_a_folder_that_is_not_there(destination: Destination) -> None:
    destination.set(files_folder="/nowhere")
    config = destination.connector.write("config.json", destination.connector.config)
    outcome = run_here(["check", "--config", str(config)], DESTINATION)
    assert "`files_folder`" in str(outcome.status)
