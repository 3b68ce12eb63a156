"""Two runs of files at once, as on machines of their own: no file is lost, and what is there twice is named."""

import threading
from collections import Counter
from pathlib import Path

from integration_tests import file_records
from integration_tests.connector import LONGEST_SECONDS
from integration_tests.destination import Destination, received, records, side_by_side
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company

UPLOAD = "uploadFileToEntity"
COUNT = 4


class Gate:
    """Holds uploads back until more have arrived than one run sends: then both have looked, and found nothing."""

    def __init__(self) -> None:
        self._arrivals = threading.Condition()
        self._arrived = 0

    def pass_together(self) -> None:
        """Waits for the uploads of the other run."""
        with self._arrivals:
            self._arrived += 1
            self._arrivals.notify_all()
            assert self._arrivals.wait_for(lambda: self._arrived > COUNT, LONGEST_SECONDS)


def test_what_two_runs_upload_at_once_is_named_by_its_ids(sandbox: Sandbox, company: Company, tmp_path: Path) -> None:
    rows = file_records.of(sandbox, company, "files", COUNT)
    settings = {"token_path": str(tmp_path / "tokens.json"), "settle_seconds": 0, "max_rejected_percent": 100}
    both = [Destination.over(sandbox, "direct", company, tmp_path / name, **settings) for name in ("one", "other")]
    sandbox.faults.add("run_before", writes=True, operation=UPLOAD, run=Gate().pass_together, times=2 * COUNT)
    outcomes = side_by_side(both, b"".join(records("files", rows)), ["files"])
    files = list(sandbox.store.table(company.id, "EntityFile").values())
    copies = Counter(file["_content"] for file in files)
    assert copies.keys() == {file_records.content(number) for number in range(COUNT)}
    doubled = {file["id"] for file in files if copies[file["_content"]] > 1}
    assert doubled
    named = " ".join(error["message"] for outcome in outcomes for error in outcome.errors)
    assert all(file_id in named for file_id in doubled), named
    assert max(outcome.code for outcome in outcomes) == 1
    # A later sync removes nothing and uploads nothing.
    sandbox.mutations.clear()
    both[-1].write(records("files", rows))
    assert (both[-1].counts(), received(sandbox)) == ({"unchanged": COUNT}, {})
