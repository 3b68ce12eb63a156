"""The command `sage-active-sandbox`."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, NoReturn

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import KINDS, Switches

MANY: Final = 1_000_000
# Option, smallest and largest number, default, meaning.
NUMBERS: Final = (
    ("--port", 0, 65535, 8400, "port on 127.0.0.1; 0 takes a free one"),
    ("--rows", 0, MANY, 60, "customers per company"),
    ("--seed", 0, 2**63 - 1, 1, "the same seed gives the same data"),
    ("--companies", 0, MANY, 3, "usable companies per market"),
    ("--empty-companies", 0, MANY, 0, "further companies per market without records"),
    ("--requests-per-minute", 0, MANY, 3000, "limit above which 429 is answered"),
)
NOTICE = "This is a stand-in with invented data for trying things out. It is not Sage's or Maesn's service."


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted or terminated; exit code 0 then, 2 for arguments that do not fit, else 1."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        switches = Switches.parse(options.switch)
    except ValueError as problem:
        print(f"{parser.prog}: {problem}. See --help.", file=sys.stderr)
        return 2
    try:
        sandbox = _sandbox(options, switches)
    except OSError as problem:
        print(f"{parser.prog}: port {options.port} cannot be used: {problem.strerror}.", file=sys.stderr)
        return 1
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with sandbox:
        try:
            print(f"listening on {sandbox.url}", flush=True)
            print(NOTICE)
            print(json.dumps(sandbox.configurations(), indent=2), flush=True)
            if options.write_config is not None:
                _write(sandbox, options.write_config)
        except OSError as problem:
            print(f"{parser.prog}: {problem.filename or 'standard output'}: {problem.strerror}.", file=sys.stderr)
            return _without_output()
        ended.wait()
    return 0


def _sandbox(options: argparse.Namespace, switches: Switches) -> Sandbox:
    return Sandbox(
        port=options.port,
        seed=options.seed,
        rows=options.rows,
        companies_per_market=options.companies,
        empty_companies=options.empty_companies,
        switches=switches,
        requests_per_minute=options.requests_per_minute,
    )


def _without_output() -> int:
    """The exit code of a failure. What is left of the output has nowhere to go, so nothing tries to write it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _write(sandbox: Sandbox, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, configuration in sandbox.configurations().items():
        (folder / f"{name}.json").write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See --help.\n")


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A type of argument: a whole number within these bounds."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text[:40]!a} is not a whole number from {least} to {most}")
        return number

    return parse


def _parser() -> _Parser:
    parser = _Parser(prog="sage-active-sandbox", description=NOTICE)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('airbyte-sage-active-sandbox')}")
    for name, least, most, default, meaning in NUMBERS:
        parser.add_argument(name, type=_whole(least, most), default=default, help=f"{meaning} (default {default})")
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help=f"may be repeated: {', '.join(KINDS)}"
    )
    parser.add_argument("--write-config", type=Path, metavar="DIR", help="also write the six configurations as files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
