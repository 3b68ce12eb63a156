"""Starts the stand-in, and asks it over its admin endpoint."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SCRIPTS: Final = Path(sys.executable).parent
ANNOUNCEMENT: Final = "listening on "
SECONDS_FOR_ANYTHING: Final = 300


class UnexpectedError(Exception):
    """Something is not as the demo expects it."""


@dataclass
class Stand:
    """The running stand-in's address, and what it is asked over its admin endpoint."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        """The JSON answer to a GET below /admin."""
        return self._answer(Request(f"{self.url}/admin/{path}?{urlencode(query)}"))

    def post(self, path: str, body: object) -> Any:
        """The JSON answer to a POST below /admin."""
        return self._answer(Request(f"{self.url}/admin/{path}", json.dumps(body).encode(), method="POST"))

    def usable_companies(self, market: str) -> dict[str, str]:
        """Names of a market's companies that can be read, by id."""
        return {
            company["id"]: company["name"]
            for company in self.get("companies")
            if company["market"] == market.upper() and company["status"] == "READY" and company["onboarded"]
        }

    def records(self, company_id: str, kind: str) -> list[dict[str, Any]]:
        """Ids and dates of what the stand-in holds."""
        held: list[dict[str, Any]] = self.get("records", company_id=company_id, type=kind)
        return held

    @staticmethod
    def _answer(request: Request) -> Any:
        with urlopen(request, timeout=SECONDS_FOR_ANYTHING) as answer:
            return json.load(answer)


@contextmanager
def stand_in(log: Path, *arguments: str, scripts: Path = SCRIPTS) -> Iterator[Stand]:
    """Starts the stand-in on a free port with further arguments, and stops it in the end; `scripts` is its folder."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [scripts / "sage-active-sandbox", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
        watchdog = threading.Timer(SECONDS_FOR_ANYTHING, process.kill)
        watchdog.start()
        try:
            announced = process.stdout.readline() if process.stdout else ""
            watchdog.cancel()
            if not announced.startswith(ANNOUNCEMENT):
                raise UnexpectedError(f"the stand-in did not start, see {log}.")
            yield Stand(announced.removeprefix(ANNOUNCEMENT).strip())
        finally:
            watchdog.cancel()
            process.terminate()
            try:
                process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
