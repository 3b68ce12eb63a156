"""A company with years of books, and its copy: the source piped into the destination."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from integration_tests.connector import Connector, Outcome
from integration_tests.destination import Destination
from integration_tests.expected import usable
from integration_tests.pipe import KEY, piped
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "moving-a-company.md"
# Only Spain has several journals for bills.
BILL_JOURNALS: Final[Mapping[str, Mapping[str, str]]] = {"ES": {"journal": "COM"}}


def streams() -> list[str]:
    """The streams that the page selects."""
    (command,) = re.findall(r"select_streams\.py (.*?) > catalog\.json", PAGE.read_text("utf-8"), re.DOTALL)
    return [name for name in command.split() if name != "\\"]


def options(market: str) -> dict[str, Any]:
    """The configuration of the page, without the companies and the folder of reports."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = json.loads(block)
    for stream in found["streams"]:
        stream.update(BILL_JOURNALS.get(market, {}) if stream["stream"] == "bills" else {})
    return {name: value for name, value in found.items() if name not in ("companies", "company_map", "report_path")}


class CompanyCopy:
    """The first company of a market, and a company that begins its books and is to become like it."""

    def __init__(self, sandbox: Sandbox, market: str, folder: Path) -> None:
        self.origin: Final[Company] = usable(sandbox, market)[0]
        self.copy: Final = sandbox.add_company(market, "Copy", open_years=True)
        # Nothing writes employees: a person has entered them.
        self.copy.tables["Employee"] = dict(sandbox.store.table(self.origin.id, "Employee"))
        self._streams: Final = streams()
        tokens, source = str(folder / "tokens.json"), folder / "source"
        source.mkdir(parents=True)
        chosen = {"companies": [{"company_id": self.origin.id}], "token_path": tokens}
        self._source = Connector.over(sandbox, "direct", market, source, apply_controls=False, **chosen)
        # Nothing was sent before, so there is nothing to wait for.
        self.destination: Final = Destination.over(
            sandbox,
            "direct",
            self.copy,
            folder / "destination",
            token_path=tokens,
            settle_seconds=0,
            company_map=[{"source_company_id": self.origin.id, "company_id": self.copy.id}],
            # That of the page, where tests of other things differ.
            require_totals=True,
            allow_external_effects=[],
            **options(self.origin.market),
        )

    def run(self, *, killed_after: float | None = None) -> Outcome:
        """Copies the company, or what of it is not there yet; `killed_after`: as long as that takes so many seconds."""
        return piped(self._source, self.destination, self._streams, killed_after=killed_after)

    def run_here(self) -> Outcome:
        """The same in this process, which takes less time."""
        lines = [line.text + b"\n" for line in self._source.read(self._streams).lines]
        return self.destination.write(lines, self._streams, primary_key=KEY)
