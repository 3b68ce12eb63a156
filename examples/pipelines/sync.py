"""Runs a source and pipes it into a destination, keeping their state and configurations: a command for cron.

    python sync.py --source-config source.json --destination-config destination.json --catalog catalog.json \
        --state state.json

It needs nothing but Python, on Linux or macOS, and works with every command that speaks the Airbyte protocol. See
docs/pipelines.md for what it promises.
"""

import argparse
import fcntl
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from acknowledged import States, SyncError
from connector import Connector, Message, log

ANOTHER_RUN: Final = os.EX_TEMPFAIL


class AnotherRunError(SyncError):
    """Another run with the same state file is under way."""

    code = ANOTHER_RUN


def synchronise(source: Connector, destination: Connector, catalog: Path, state: Path) -> tuple[int, int]:
    """Copies once. Returns the numbers of records handed on and of states acknowledged.

    Raises `SyncError` when either command fails, after keeping what was acknowledged; `AnotherRunError` when another
    run with this state file is under way.
    """
    for connector in (source, destination):
        connector.require()
    with _locked(state) as lock:
        states = States(state)
        since = ["--state", str(state.resolve())] if state.exists() else []
        with (
            _started(destination, "write", catalog, lock, stdin=subprocess.PIPE) as writer,
            _started(source, "read", catalog, lock, *since) as reader,
            _ended_by_signals(reader),
            ThreadPoolExecutor(1) as aside,
        ):
            received = aside.submit(_receive, writer, destination, states)
            records = _hand_on(reader, writer, source)
            received.result()
        if (reader.returncode, writer.returncode) != (0, 0):
            raise SyncError(
                f"The source ended with {reader.returncode}, the destination with {writer.returncode}. "
                f"{states.acknowledged} acknowledged states are kept; the next run goes on from there."
            )
    return records, states.acknowledged


def _hand_on(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], source: Connector) -> int:
    """Hands records, states and stream statuses to the destination; returns how many records."""
    records, taken = 0, True
    try:
        for line, message in source.messages(reader.stdout):
            if message and message["type"] == "CONTROL":
                source.keep(message)
            elif taken and _is_for_destinations(message):
                records += message is None
                taken = _put(writer, line, at_once=message is not None)
                if not taken:
                    # The destination has failed. What the source still says about rotated tokens is heard to the end.
                    reader.terminate()
    finally:
        if writer.stdin:
            with suppress(BrokenPipeError):
                writer.stdin.close()
    return records


def _is_for_destinations(message: Message | None) -> bool:
    """Whether it is a record, a state or a stream status: what a platform hands on."""
    if message is None or message["type"] == "STATE":
        return True
    return bool(message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS")


def _put(writer: subprocess.Popen[bytes], line: bytes, *, at_once: bool) -> bool:
    """Writes a line to the destination; False if that has ended."""
    try:
        if writer.stdin:
            writer.stdin.write(line)
            if at_once:
                writer.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _receive(writer: subprocess.Popen[bytes], destination: Connector, states: States) -> None:
    """Follows the destination's messages to their end."""
    try:
        for line, message in destination.messages(writer.stdout):
            if message and message["type"] == "STATE":
                states.acknowledge(line.decode())
            elif message and message["type"] == "CONTROL":
                destination.keep(message)
    except BaseException:
        # Nobody would read what it says: it must not wait for that.
        writer.terminate()
        raise


def _started(
    connector: Connector, command: str, catalog: Path, lock: int, *arguments: str, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    # With the lock: should this program be killed, no other run begins before both commands have ended.
    return connector.start(command, "--catalog", str(catalog.resolve()), *arguments, stdin=stdin, pass_fds=(lock,))


@contextmanager
def _locked(state: Path) -> Iterator[int]:
    with state.with_name(f"{state.name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRunError(f"Another run with the state file {state} is under way.") from None
        yield file.fileno()


@contextmanager
def _ended_by_signals(reader: subprocess.Popen[bytes]) -> Iterator[None]:
    """A signal ends the source; what it has delivered is still written and acknowledged."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {
        number: signal.signal(number, lambda *_: reader.terminate())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one sync; exit code 0 when all went well, 75 when another run is under way, else 1."""
    parser = argparse.ArgumentParser(description="Pipes a source into a destination, and keeps state and tokens.")
    parser.add_argument("--source", default="source-sage-active", metavar="COMMAND", help="default: %(default)s")
    parser.add_argument("--source-config", type=Path, required=True)
    parser.add_argument("--destination", default="destination-sage-active", metavar="COMMAND", help="%(default)s")
    parser.add_argument("--destination-config", type=Path, required=True)
    parser.add_argument("--catalog", type=Path, required=True, help="configured catalog of both")
    parser.add_argument("--state", type=Path, required=True, help="made by the first run")
    options = parser.parse_args(arguments)
    source = Connector("source", shlex.split(options.source), options.source_config)
    destination = Connector("destination", shlex.split(options.destination), options.destination_config)
    log("The sync begins")
    try:
        records, states = synchronise(source, destination, options.catalog, options.state)
    except SyncError as problem:
        log(f"{problem}" if problem.code == ANOTHER_RUN else f"FAILED: {problem}")
        return problem.code
    except OSError as problem:
        log(f"FAILED: {problem.filename or options.state}: {problem.strerror}.")
        return 1
    log(f"{records} records handed on, {states} states acknowledged, kept in {options.state}", sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
