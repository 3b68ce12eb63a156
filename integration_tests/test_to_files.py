"""`examples/pipelines/to_files.py` as a process: what it is given stays as it was written, whatever happened before."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PIPELINES = Path(__file__).parent.parent / "examples" / "pipelines"
TO_FILES = PIPELINES / "to_files.py"
STATE = '{"type": "STATE", "state": {"type": "GLOBAL", "global": {"counted": 1.10, "stream_states": []}}}'
# Finds the streams of all files again.
STREAMS = """
import json, pathlib, sys
from stream_files import stream_of
print(json.dumps({file.name: stream_of(file) for file in pathlib.Path(sys.argv[1]).glob("*.jsonl")}))
"""
NAMES: tuple[tuple[str | None, str], ...] = (
    (None, "items"),
    *(
        (None, name)
        for name in ("Items", "ITEMS", "../../x", "/abs", "..", ".", "a/b", "a\\b", "a.b", "NUL\x00", "é", "e\u0301")
    ),
    *(
        (None, name)
        for name in ("con", "CON", "nul", "com1", "-rf", " ", "a ", "%2F", "%", "\ud800", "a\nb", "a+b", "*?")
    ),
    *((None, "x" * 300 + end) for end in ("1", "2")),
    *(("sales", name) for name in ("items", "Items", "con", "x" * 300)),
    ("a.b", "c"),
    ("a", "b.c"),
    ("../up", "items"),
)


def record(data: str, stream: str = "items", namespace: str | None = None) -> str:
    """A record message with these data, to the letter."""
    names = f'"namespace":{json.dumps(namespace)},"stream":{json.dumps(stream)}'
    return f'{{"type":"RECORD","record":{{{names},"data":{data}}}}}'


def configured(folder: Path) -> list[str]:
    """The command that writes into `data`, a folder within this one."""
    config = folder / "destination.json"
    config.write_text(json.dumps({"folder": str(folder / "data")}), encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    return [sys.executable, str(TO_FILES), "write", "--config", str(config), "--catalog", os.devnull]


def written(folder: Path, *lines: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """What a run says to these lines."""
    given = "".join(f"{line}\n" for line in lines)
    settings: Mapping[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(configured(folder), input=given, text=True, timeout=30, check=False, **settings)


def lines_of(folder: Path, name: str = "items.jsonl") -> list[str]:
    """The lines of a file; the last one must have an end."""
    text = (folder / "data" / name).read_text(encoding="utf-8")
    assert text.endswith("\n")
    return text.split("\n")[:-1]


def test_data_stay_as_they_were_written(tmp_path: Path) -> None:
    data = (
        '{"a": 19.990000, "b": 12345678901234567.89, "c": 1E400, "d": -0, "e": 1e5, "f": 0.1e-10}',
        f'{{"a": {"9" * 5000}, "nested": [{{"b": 0.10}}, []], "text": "\\ud800 \\u00e9 é \u2028 \\"}}", "c": null}}',
        "{ }",
    )
    done = written(tmp_path, *map(record, data), STATE)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{STATE}\n", "")
    assert lines_of(tmp_path) == [line.replace("é", "\\u00e9").replace("\u2028", "\\u2028") for line in data]


def test_members_may_come_in_any_order(tmp_path: Path) -> None:
    message = ' { "record" : {"emitted_at": 1, "data": {"id": 1.0} , "stream": "items"}, "type" : "RECORD" } '
    assert written(tmp_path, "", message).returncode == 0
    assert lines_of(tmp_path) == ['{"id": 1.0}']


@pytest.mark.parametrize(
    ("left", "kept", "half"),
    [
        ('{"id": "1"}\n{"id": "ha', ['{"id": "1"}'], '{"id": "ha\n'),
        ('{"id": "ha', [], '{"id": "ha\n'),
        ('{"id": "1"}\n{"id": "2"}', ['{"id": "1"}', '{"id": "2"}'], None),
        ('{"id": "1"}\n', ['{"id": "1"}'], None),
        ("", [], None),
    ],
)
def test_a_record_never_follows_half_a_line(tmp_path: Path, left: str, kept: list[str], half: str | None) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "items.jsonl").write_text(left, encoding="utf-8")
    assert written(tmp_path, record('{"id": "3"}'), STATE).returncode == 0
    assert lines_of(tmp_path) == [*kept, '{"id": "3"}']
    aside = tmp_path / "data" / "items.half"
    assert (aside.read_text(encoding="utf-8") if aside.exists() else None) == half


def test_a_run_that_is_killed_leaves_whole_records(tmp_path: Path) -> None:
    with subprocess.Popen(configured(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        first, second = record('{"id": "1"}'), record('{"id": "2"}')
        process.stdin.write(f"{first}\n{STATE}\n{second}\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"{STATE}\n"
        assert lines_of(tmp_path)[0] == '{"id": "1"}'
        beside = written(tmp_path, record('{"id": "3"}'))
        assert (beside.returncode, "Another run" in beside.stderr) == (1, True)
        process.kill()
    assert written(tmp_path, record('{"id": "3"}')).returncode == 0
    assert lines_of(tmp_path)[-1] == '{"id": "3"}'


def test_every_stream_has_a_file_of_its_own_in_the_folder(tmp_path: Path) -> None:
    lines = [record(json.dumps({"n": n}), stream, space) for n, (space, stream) in enumerate(NAMES)]
    done = written(tmp_path, *lines, STATE)
    assert (done.returncode, done.stderr) == (0, "")
    files = {file.name for file in (tmp_path / "data").glob("*.jsonl")}
    assert {path.name for path in tmp_path.iterdir()} == {"data", "destination.json"}
    assert len({name.lower() for name in files}) == len(files) == len(NAMES)
    assert all(name.isascii() and len(name) < 200 and not name.startswith((".", "-", "con.", "nul.")) for name in files)
    assert {"items.jsonl", "sales.items.jsonl"} <= files
    found = subprocess.run(
        [sys.executable, "-c", STREAMS, str(tmp_path / "data")],
        env={**os.environ, "PYTHONPATH": str(PIPELINES)},
        capture_output=True,
        text=True,
        check=True,
    )
    streams = {tuple(names): file for file, names in json.loads(found.stdout).items()}
    for number, names in enumerate(NAMES):
        assert lines_of(tmp_path, streams[names]) == [json.dumps({"n": number})]


def limited() -> None:
    """A limit for the size of files stands for a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


def test_a_full_disk_is_one_sentence_without_a_state(tmp_path: Path) -> None:
    assert written(tmp_path, record('{"id": "1"}'), STATE).returncode == 0
    many = [record(json.dumps({"id": "x" * 100})) for _ in range(30)]
    full = written(tmp_path, *many, STATE, preexec_fn=limited)
    assert (full.returncode, full.stdout, full.stderr.count("\n")) == (1, "", 1)
    assert "items.jsonl: File too large." in full.stderr
    assert lines_of(tmp_path) == ['{"id": "1"}']
    assert written(tmp_path, *many, STATE).returncode == 0
    assert len(lines_of(tmp_path)) == 31


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_an_output_that_is_full_is_one_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = written(tmp_path, STATE, stdout=full)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        *("nonsense", "5", "[]", "{}", '{"type": "RECORD"}', '{"type": "RECORD", "record": {"stream": 5, "data": {}}}'),
        *('{"type": "RECORD", "record": {"stream": "items", "data": 5}}', record("[" * 100_000), record("{")),
    ],
)
def test_what_is_not_a_message_is_one_sentence(tmp_path: Path, line: str) -> None:
    refused = written(tmp_path, record('{"id": "1"}'), line, STATE)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert refused.stderr.startswith("Line 2 of the input is not a message: ")


def test_a_pipe_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    os.mkfifo(tmp_path / "data" / "items.jsonl")
    refused = written(tmp_path, record("{}"), STATE)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "items.jsonl: it is not a regular file." in refused.stderr
