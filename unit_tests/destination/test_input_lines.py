"""Lines that cannot be read: what came before them is written, and one record costs no more than itself."""

import io
import json
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path

import pytest

from destination_sage_active.input import lines
from destination_sage_active.input import messages as intake
from destination_sage_active.input.lines import CHUNK_BYTES, LongLine, lines_of
from destination_sage_active.input.messages import BrokenInput, Record, messages
from sage_active.markets import CONNECTIONS, DIRECT
from sage_active_sandbox.sandbox import Sandbox
from unit_tests.destination.command import Command, Outcome, catalog_of, over, record_line, state_line
from unit_tests.destination.test_messages import CUSTOMERS, ITEMS, TARGETS

NAN = b'{"type":"RECORD","record":{"stream":"items","data":{"code":"PRIVATE","salesUnitPrice":%s},"emitted_at":1}}'
DEEP = b'{"type":"RECORD","record":{"stream":"items","data":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}}"


def good(connection: str, code: str) -> bytes:
    """A RECORD of an item that can be written."""
    data = {"code": code} if connection == DIRECT else {"itemNumber": code, "type": "PRODUCT"}
    return record_line("items", {**data, "name": "Item"})


def around(command: Command, sandbox: Sandbox, connection: str, line: bytes, code: str, **options: object) -> Outcome:
    """Writes a record with its STATE, the line, and another record with its STATE."""
    before, after = (good(connection, f"{code}{number}") for number in (1, 2))
    content = [before, state_line("items", 1), line, after, state_line("items", 2)]
    config = over(sandbox, connection, max_rejected_percent=50, **options)
    return command.write(config, catalog_of("items"), content)


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize(
    ("line", "named"),
    [
        (NAN % b"NaN", "NaN and Infinity are not JSON"),
        (NAN % b"-Infinity", "NaN and Infinity are not JSON"),
        (NAN % b"nan", "NaN and Infinity are not JSON"),
        (DEEP, "nested too deeply"),
        (NAN % b"1E+99999999999999999999999", "too large"),
        (NAN % b"01", "malformed"),
        (NAN % b'"\xff"', "not in UTF-8"),
        (b'{"type":"RECORD","record":{"stream":"items","data":"PRIVATE"}}', "`data` is not an object"),
        (b'{"type":"RECORD","record":{"stream":"items","data":null}}', "`data` is not an object"),
        (b'{"type":"RECORD","record":{"stream":"items"}}', "`data`"),
        (b'{"type":"RECORD","record":{"stream":"items","namespace":"","data":[NaN]}}', "NaN"),
    ],
    ids=["nan", "infinity", "small", "deep", "huge", "zero", "bytes", "text", "null", "missing", "namespace"],
)
def test_an_unreadable_record_is_one_rejected_record(
    command: Command,
    sandbox: Sandbox,
    tmp_path: Path,
    connection: str,
    line: bytes,
    named: str,
    request: pytest.FixtureRequest,
) -> None:
    code = f"U{abs(hash(request.node.callspec.id)) % 10**8}"
    outcome = around(command, sandbox, connection, line, code, report_path=str(tmp_path / "report"))
    assert outcome.code == 0
    assert [state["destinationStats"]["rejectedRecordCount"] for state in outcome.states] == [0.0, 1.0]
    assert any(named.lower() in text.lower() for text in outcome.logs)
    (rejected,) = [
        json.loads(rejected_line)
        for rejected_line in (tmp_path / "report" / "rejected.jsonl").read_bytes().splitlines()
    ]
    assert rejected["rejected_reason"] == "unreadable"
    is_json = "line" not in rejected
    assert is_json or rejected["line"].encode() == line.decode(errors="replace").encode()
    assert b"PRIVATE" not in b"".join(outcome.lines)


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b'{"type":"RECORD","record":{"stream":"items","data":{"code":"PRIV', "breaks off"),
        (b"Killed", "malformed"),
        (NAN.replace(b"items", b"strangers") % b"NaN", "`strangers`"),
        (record_line("strangers", {"code": "PRIVATE"}), "`strangers`"),
        (b'{"type":"STATE","state":{"x":NaN}}', "NaN"),
        ('{"type":"LOG"}'.encode("utf-16"), "UTF-8 is expected"),
    ],
    ids=["half", "garbage", "unreadable-stranger", "stranger", "state", "utf-16"],
)
def test_what_came_before_a_broken_line_is_written(
    command: Command, sandbox: Sandbox, connection: str, dry_run: bool, line: bytes, named: str
) -> None:
    outcome = around(command, sandbox, connection, line, "B", dry_run=dry_run)
    assert outcome.code == 1
    assert [state["id"] for state in outcome.states] == ([] if dry_run else [1])
    (error,) = outcome.errors
    assert named in error["message"]
    assert error["failure_type"] == "config_error"
    assert any("`items`" in text and "0 rejected" in text for text in outcome.logs)
    assert b"PRIV" not in b"".join(outcome.lines)


def test_what_waits_for_the_lost_rest_of_the_input_is_left_to_the_next_sync(command: Command, sandbox: Sandbox) -> None:
    invoice = {"id": "i1", "customer": {"code": "COMES-LATER"}, "lines": [{"product": {"code": "P"}, "unitPrice": 1}]}
    content = [record_line("invoices", invoice), state_line("invoices", 1), good(DIRECT, "L1"), b"{"]
    catalog = catalog_of("customers", "items", "invoices", primary_key=[["id"]])
    outcome = command.write(over(sandbox, DIRECT), catalog, content)
    assert (outcome.code, outcome.states) == (1, [])
    of_stream, of_input = outcome.errors
    assert "the input broke off" in of_stream["message"]
    assert "Line 4 of the input" in of_input["message"]
    assert any("`invoices`: 0 created, 0 updated, 0 unchanged, 0 rejected" in text for text in outcome.logs)


def test_a_byte_order_mark_is_passed_over() -> None:
    line = record_line("customers", {"code": "C1"})
    taken = list(
        messages([BOM_UTF8 + line, BOM_UTF8 + b"\n", BOM_UTF8 + NAN % b"NaN"], {(None, "items"): ITEMS, **TARGETS})
    )
    assert [record.line for record in taken] == [line, BOM_UTF8 + NAN % b"NaN"]


def test_messages_that_nobody_needs_may_be_unreadable(caplog: pytest.LogCaptureFixture) -> None:
    assert list(messages([b'{"type":"LOG","log":{"x":NaN}}', b'{"type":"UNREADABLE","line":"x"}'], TARGETS)) == []
    assert "Line 1" in caplog.text
    assert "Line 2" in caplog.text


@pytest.mark.parametrize("namespace", ["", None])
def test_an_empty_namespace_is_not_a_namespace(namespace: str | None) -> None:
    record = {"type": "RECORD", "record": {"stream": "customers", "namespace": namespace, "data": {}}}
    descriptor = {"name": "customers", "namespace": namespace}
    state = {"type": "STATE", "state": {"type": "STREAM", "stream": {"stream_descriptor": descriptor}}}
    found = list(messages([json.dumps(message).encode() for message in (record, state)], TARGETS))
    assert [message.target.stream if isinstance(message, Record) else message.stream for message in found] == [
        (None, "customers")
    ] * 2


@pytest.mark.parametrize("ending", [b"\n", b""])
def test_a_long_line_is_skipped_without_being_held(ending: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = 1000
    monkeypatch.setattr(intake, "LONGEST_LINE", longest)
    short = record_line("customers", {"code": "C1"})
    long = record_line("customers", {"code": "PRIVATE" * CHUNK_BYTES})
    exact = record_line("customers", {"code": "C" * (longest - 1 - len(record_line("customers", {"code": ""})))})
    stdin = io.BytesIO(b"\n".join([short, long, exact, short, long]) + ending)
    found = list(messages(lines_of(stdin, longest), TARGETS))
    assert [isinstance(message, Record) and bool(message.fault) for message in found] == [
        False,
        True,
        False,
        False,
        True,
    ]
    assert all(isinstance(message, Record) and message.target is CUSTOMERS for message in found)
    assert all(len(message.line) <= lines.KEPT_BYTES for message in found)


def test_a_long_line_of_no_known_stream_ends_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LONGEST_LINE", 10)
    with pytest.raises(BrokenInput, match=r"Line 1 .* breaks off"):
        list(messages([LongLine.of(b'{"type":"RECORD","record":{')], TARGETS))


def test_a_long_message_that_is_not_a_record_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake, "LONGEST_LINE", 10)
    assert not list(messages([LongLine.of(b'{"type":"LOG","log":{"level":"INFO","message":"x"}}')], TARGETS))
    assert "Line 1 of the input, a message of type LOG, cannot be read." in caplog.text


def test_a_closed_stdin_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    command = [sys.executable, "-m", "destination_sage_active.run", "write", "--config", "config.json"]
    script = " ".join((*command, "--catalog", "config.json", "<&-"))
    ended = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    (error,) = [json.loads(line)["trace"]["error"] for line in ended.stdout.splitlines() if b"TRACE" in line]
    assert "stdin) is closed" in error["message"]
    assert (ended.returncode, error.get("stack_trace"), ended.stderr) == (1, None, b"")
