"""`make terminals`: runs commands on a terminal against the sandbox, and writes what they show to docs/terminals/."""

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
def stage() -> Iterator[tuple[Sandbox, Path]]:
    """A sandbox, and a folder with a configuration of three markets and a catalog."""
    with tempfile.TemporaryDirectory() as name, Sandbox(rows=60, companies_per_market=2) as sandbox:
        sandbox.change_switches({"refresh_rotation": False})
        folder = Path(name)
        # One worker reads everything in the same order each time.
        keys = credentials(sandbox, "direct")
        connector = Connector.over(sandbox, "direct", "de", folder, credentials=keys, num_workers=1)
        connector.write("config.json", connector.config)
        connector.write("catalog.json", connector.configured(STREAMS))
        yield sandbox, folder


def picture(capture: Capture, sandbox: Sandbox, folder: Path) -> str:
    """The picture of a capture, which is run in `folder` or in a new one below it."""
    pause = Pause()
    sandbox.faults.clear()
    if capture.is_live:
        # The second question about the entries of the last company, when all else has been read.
        last = usable(sandbox, MARKETS[-1])[-1]
        sandbox.faults.add("run_before", operation="accountingEntries", company_id=last.id, skip=1, run=pause)
    if capture.has_configuration:
        return drawn(capture, run(capture, sandbox.url, folder, pause))
    with tempfile.TemporaryDirectory(dir=folder) as empty:
        return drawn(capture, run(capture, sandbox.url, Path(empty), pause))


def main() -> None:
    """Writes all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with stage() as (sandbox, folder):
        for capture in CAPTURES:
            (FOLDER / f"{capture.name}.svg").write_text(picture(capture, sandbox, folder), encoding="utf-8")
            print(f"{capture.name}.svg: {capture.typed}")


if __name__ == "__main__":
    main()
