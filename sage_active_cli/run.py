"""Entry point of the command `sage-active`."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timezone
from functools import partial
from importlib import import_module
from typing import Final

from sage_active.runtime import lean_import
from sage_active.runtime.command_line import parsed_arguments
from sage_active.runtime.lost_output import say, with_output
from sage_active.runtime.shutdown import soft_ending
from sage_active_cli.redirect import DEFAULT_PORT, redirect_uri

LONGEST_SIGN_IN_SECONDS: Final = 300.0
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it went well, 1 when it failed by name, 2 for arguments that do not fit, 3 undecided."""
    return with_output(lambda: _run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    options = parsed_arguments(_parser().parse_args, arguments)
    # Not earlier: they take a while to import, and --help can do without.
    command = lean_import.imported(partial(import_module, f"sage_active_cli.{options.module}"))
    from sage_active.errors import SageActiveError  # noqa: PLC0415
    from sage_active_cli.terminal import complain, prepare  # noqa: PLC0415

    prepare()
    _log_to_stderr(complain)
    try:
        # A terminal that is asked for a key must be put in order again.
        with soft_ending(at_once=False):
            return command.run(options) or 0
    except SageActiveError as error:
        complain(str(error))
        return 1
    except (KeyboardInterrupt, EOFError):
        say("\nsage-active: interrupted.")
        return INTERRUPTED


class _Complaints(logging.Handler):
    """Warnings as lines on stderr."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._complain = complain

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one warning."""
        self._complain(self.format(record))


def _log_to_stderr(complain: Callable[[str], None]) -> None:
    """Warnings only, as plain text; the CDK has set its log up for a platform that reads messages on stdout."""
    logging.getLogger().handlers = [_Complaints(complain)]
    logging.getLogger("airbyte").handlers = []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sage-active",
        description="Signs in to Sage Active, lists companies, forecasts a first sync, examines services and books, "
        "rehearses writes.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    login = commands.add_parser("login", help="sign in and write a configuration for the connectors")
    login.set_defaults(module="login")
    _login(login)
    for name, what in (
        ("companies", "list the companies of a configuration"),
        ("forecast", "tell rows, requests and minutes of a first sync"),
    ):
        command = commands.add_parser(name, help=what, description=f"{what.capitalize()}.")
        command.add_argument("--config", required=True, metavar="FILE", help="the configuration")
        command.set_defaults(module=name)
    _doctor(commands.add_parser("doctor", help="find out what the service really does"))
    _rehearse(commands.add_parser("rehearse", help="try writes in one company, and delete everything again"))
    _audit(commands.add_parser("audit", help="prove that the books were read completely, and that they are sound"))
    return parser


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Asks the service about every point on which the published sources disagree or are silent, in one company of "
        "each market. It only reads, sends at most 200 requests, and writes nothing but rotated tokens and the report."
    )
    parser.set_defaults(module="doctor.command")
    add = parser.add_argument
    add("--config", action="append", required=True, metavar="FILE", help="a configuration; may be repeated")
    add("--company", action="append", default=[], metavar="NAME", help="id or exact name; may be repeated")
    add("--report", metavar="FILE", help="write what was found without business data, to be sent back")
    add("--json", action="store_true", help="print everything as JSON")


def _rehearse(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Creates third parties, an item, and drafts of invoices and bills in one company, finds out what the service "
        "makes of them, deletes everything again and proves it by counts. Nothing is closed, posted or numbered. Ends "
        "with 1 if something contradicts the connector or is left, with 2 without --yes-write."
    )
    parser.set_defaults(module="rehearse.command")
    add = parser.add_argument
    add("--config", required=True, metavar="FILE", help="the configuration, of the direct connection")
    add("--yes-write", action="store_true", help="do it; without, the command says what it would do")
    add("--company", metavar="NAME", help="id or exact name; typed on the terminal otherwise")
    add("--report", metavar="FILE", help="write what was found without business data, to be sent back")
    add("--json", action="store_true", help="print everything as JSON")


def _audit(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Reads the books of each company as the source does, and compares them with the server's own reports and with "
        "themselves. Ends with 1 if there are errors, with 3 if something could not be compared."
    )
    parser.set_defaults(module="audit.command")
    add = parser.add_argument
    add("--config", required=True, metavar="FILE", help="the configuration")
    add("--company", action="append", default=[], metavar="NAME", help="id or exact name; may be repeated")
    add("--since", type=_day, metavar="DAY", help="leave out exercises that ended before this day (2025-01-31)")
    add("--checks", metavar="NAMES", help="only these checks, with commas between them, such as E10,E11")
    add("--baseline", metavar="FILE", help="has a closed period changed since the run that wrote this file; writes it")
    add("--json", action="store_true", help="print the results as JSON")


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time.min, timezone.utc)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2025-01-31") from None


def _login(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Signs in and writes a configuration that only you can read. Keys are asked for without showing them, or come "
        "from SAGE_ACTIVE_CLIENT_ID, SAGE_ACTIVE_CLIENT_SECRET and SAGE_ACTIVE_SUBSCRIPTION_KEY; through Maesn from "
        "SAGE_ACTIVE_MAESN_API_KEY and SAGE_ACTIVE_MAESN_ACCOUNT_KEY."
    )
    add = parser.add_argument
    add("--market", choices=("de", "es", "fr"), help="your Sage Active; needed unless the configuration says it")
    add("--connection", choices=("direct", "maesn"), help="how to reach it (default: direct)")
    file = parser.add_mutually_exclusive_group()
    file.add_argument(
        "--config",
        metavar="FILE",
        help="a configuration to sign in for again: its credentials are replaced, all else stays",
    )
    file.add_argument(
        "--output", default="config.json", metavar="FILE", help="the configuration to write (default: config.json)"
    )
    add("--force", action="store_true", help="if the file of --output exists, treat it as that of --config")
    add("--company", action="append", default=[], metavar="NAME", help="id or exact name; may be repeated")
    add("--client-id", metavar="ID", help="client id of the app; asked for otherwise")
    add("--token-path", metavar="FILE", help="where the connectors keep rotated tokens (docker by hand, cron)")
    address = parser.add_mutually_exclusive_group()
    address.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        metavar="N",
        help=f"port of the redirect address {redirect_uri()}, which the app must register (default: {DEFAULT_PORT})",
    )
    address.add_argument("--redirect-uri", metavar="ADDRESS", help="another registered address on this machine")
    add("--no-browser", dest="browser", action="store_false", help="only print the address of the sign-in page")
    add(
        "--timeout",
        type=_seconds,
        default=LONGEST_SIGN_IN_SECONDS,
        metavar="SECONDS",
        help=f"how long to wait for the sign-in (default: {LONGEST_SIGN_IN_SECONDS:.0f})",
    )
    add("--sandbox-url", help=argparse.SUPPRESS)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds (up to a day)")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
