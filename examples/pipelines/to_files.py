"""A destination that appends the data of each stream's records to `<stream>.jsonl`, in the folder that its
configuration names: `{"folder": "..."}`. It shows what a destination must do for sync.py: echo a STATE once
everything before it is on the disk.

It needs nothing but Python, on Linux or macOS. docs/pipelines.md says how streams and files are named.
"""

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from raw_json import in_ascii, members
from stream_files import StreamFile


class WriteError(Exception):
    """The input or the configuration cannot be used; the message says why."""


def write(folder: Path, lines: Iterable[bytes], emit: IO[bytes]) -> None:
    """Appends the records among `lines`, digit for digit, and sends every STATE back once its records are safe.

    Raises `OSError` where something cannot be written, and `WriteError` for a line that is not a message; no later
    STATE is sent back then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[tuple[str | None, str], StreamFile] = {}
    with _for_one_run(folder) as directory, ExitStack() as opened:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                message = members(line.decode())
                kind = json.loads(message["type"])
                stream, data = _record(message["record"]) if kind == "RECORD" else (None, "")
            except (ValueError, KeyError, TypeError) as problem:
                raise WriteError(f"Line {number} of the input is not a message: {problem}.") from None
            if stream is not None:
                if stream not in files:
                    files[stream] = StreamFile(folder, *stream)
                    opened.callback(files[stream].close)
                files[stream].add(data.encode())
            elif kind == "STATE":
                _save(files.values(), directory)
                emit.write(line)
                emit.flush()
        _save(files.values(), directory)


def _record(text: str) -> tuple[tuple[str | None, str], str]:
    """Stream (namespace and name) and raw data of a record."""
    record = members(text)
    names = json.loads(record.get("namespace", "null")), json.loads(record["stream"])
    match names:
        case (str() | None as namespace, str() as stream):
            if record["data"].startswith("{"):
                return (namespace or None, stream), in_ascii(record["data"])
    raise ValueError("a record has a stream, which is a text, and data, which are an object")


def _save(files: Iterable[StreamFile], directory: int) -> None:
    for file in files:
        file.save()
    # The entries of new files.
    os.fsync(directory)


@contextmanager
def _for_one_run(folder: Path) -> Iterator[int]:
    """The folder, opened, and locked: a second run could not tell half a line from one that is being written."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriteError(f"Another run is writing to {folder}.") from None
        yield directory
    finally:
        os.close(directory)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `write --config FILE --catalog FILE`; exit code 1 and one sentence where that fails."""
    parser = argparse.ArgumentParser(description="Appends records to files.")
    parser.add_argument("command", choices=("write",))
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--catalog", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        write(_folder(options.config), sys.stdin.buffer, sys.stdout.buffer)
    except WriteError as problem:
        print(problem, file=sys.stderr)
    except OSError as problem:
        print(
            f"{problem.filename or 'Standard output'}: {problem.strerror}. No further STATE was sent back.",
            file=sys.stderr,
        )
    else:
        return 0
    # Whatever is left in the output's buffer was refused once already.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _folder(config: Path) -> Path:
    try:
        return Path(json.loads(config.read_text(encoding="utf-8"))["folder"])
    except (ValueError, KeyError, TypeError):
        raise WriteError(f'{config} must be like {{"folder": "data"}}.') from None


if __name__ == "__main__":
    sys.exit(main())
