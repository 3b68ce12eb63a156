"""The command `sage-active-sandbox`."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import KINDS, Switches

NOTICE = "This is a stand-in with invented data for trying things out. It is not Sage's or Maesn's service."


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted or terminated; exit code 0 then, and 2 for arguments that do not fit."""
    options = _parser().parse_args(arguments)
    try:
        switches = Switches.parse(options.switch)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    sandbox = Sandbox(
        port=options.port,
        seed=options.seed,
        rows=options.rows,
        companies_per_market=options.companies,
        empty_companies=options.empty_companies,
        switches=switches,
        requests_per_minute=options.requests_per_minute,
    )
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with sandbox:
        print(f"listening on {sandbox.url}", flush=True)
        print(NOTICE)
        print(json.dumps(sandbox.configurations(), indent=2), flush=True)
        if options.write_config is not None:
            _write(sandbox, options.write_config)
        ended.wait()
    return 0


def _write(sandbox: Sandbox, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, configuration in sandbox.configurations().items():
        (folder / f"{name}.json").write_text(json.dumps(configuration, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sage-active-sandbox", description=NOTICE)
    parser.add_argument("--port", type=int, default=8400, help="port on 127.0.0.1; 0 takes a free one (default 8400)")
    parser.add_argument("--rows", type=int, default=60, help="customers per company (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same data (default 1)")
    parser.add_argument("--companies", type=int, default=3, help="usable companies per market (default 3)")
    parser.add_argument(
        "--empty-companies", type=int, default=0, help="further companies per market without records (default 0)"
    )
    parser.add_argument("--requests-per-minute", type=int, default=3000, help="limit above which 429 is answered")
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help=f"may be repeated: {', '.join(KINDS)}"
    )
    parser.add_argument("--write-config", type=Path, metavar="DIR", help="also write the six configurations as files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
