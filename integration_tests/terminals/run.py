"""`make terminals`: runs commands on a terminal against the sandbox, and writes what they show to docs/terminals/."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from integration_tests.connector import Connector
from integration_tests.expected import usable
from integration_tests.market_keys import MARKETS, credentials
from integration_tests.terminals.captures import CAPTURES, STREAMS, Capture
from integration_tests.terminals.picture import drawn
from integration_tests.terminals.session import Pause, run
from sage_active_sandbox.sandbox import Sandbox

FOLDER: Final = Path(__file__).parents[2] / "docs" / "terminals"


@contextmanager
def stage() -> Iterator[tuple[Sandbox, Connector]]:
    """A sandbox, and a connector with a configuration of three markets."""
    with tempfile.TemporaryDirectory() as name, Sandbox(rows=60, companies_per_market=2) as sandbox:
        keys = credentials(sandbox, "direct")
        # One worker reads everything in the same order each time.
        yield sandbox, Connector.over(sandbox, "direct", "de", Path(name), credentials=keys, num_workers=1)


def picture(capture: Capture, sandbox: Sandbox, connector: Connector) -> str:
    """The picture of a capture, whatever was run before it."""
    pause = Pause()
    sandbox.reset_tokens()
    sandbox.faults.clear()
    if capture.is_live:
        # The second question about the entries of the last company, when all else has been read.
        last = usable(sandbox, MARKETS[-1])[-1]
        sandbox.faults.add("run_before", operation="accountingEntries", company_id=last.id, skip=1, run=pause)
    with tempfile.TemporaryDirectory(dir=connector.folder) as name:
        folder = Path(name)
        if capture.has_configuration:
            (folder / "config.json").write_text(json.dumps(connector.config), encoding="utf-8")
            (folder / "catalog.json").write_text(json.dumps(connector.configured(STREAMS)), encoding="utf-8")
        return drawn(capture, run(capture, sandbox.url, folder, pause))


def main() -> None:
    """Writes all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with stage() as (sandbox, connector):
        for capture in CAPTURES:
            (FOLDER / f"{capture.name}.svg").write_text(picture(capture, sandbox, connector), encoding="utf-8")
            print(f"{capture.name}.svg: {capture.typed}")


if __name__ == "__main__":
    main()
