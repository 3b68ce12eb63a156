"""One run at a time writes an object of a company; a run that dies leaves nothing that keeps others away."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from destination_sage_active.write import company_locks
from destination_sage_active.write.company_locks import FILE_MODE, FOLDER_MODE, CompanyLocks
from sage_active.client import Company
from sage_active.errors import SageActiveError
from unit_tests.destination.test_engine import Sync
from unit_tests.destination.write_memory import COMPANY, ITEMS, Memory

pytestmark = pytest.mark.slow

SCOPE = "https://api.example/graphql"
OTHER = Company("c2", "Beispiel AG", "DE", "READY", True)
# A run: takes the locks of the objects that are named, says so, and ends with its input.
RUN = """
import sys
from destination_sage_active.write.company_locks import CompanyLocks
from sage_active.client import Company
locks = CompanyLocks(lambda _: sys.argv[1], sys.argv[2:])
print(locks.obstacle(Company("c1", "Muster GmbH", "DE", "READY", True)), flush=True)
sys.stdin.read()
"""
Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files; nobody waits for a lock."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(company_locks, "LONGEST_WAIT_SECONDS", 0.0)
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Run]:
    """Starts another run, which has its locks."""
    runs: list[subprocess.Popen[str]] = []

    def started(*objects: str) -> "subprocess.Popen[str]":
        run = subprocess.Popen(
            [sys.executable, "-c", RUN, SCOPE, *objects],
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        runs.append(run)
        assert run.stdout
        assert run.stdout.readline() == "None\n"
        return run

    yield started
    for run in runs:
        with run:
            run.kill()


def obstacle(*objects: str, scope: str = SCOPE, company: Company = COMPANY) -> str | None:
    with closing(CompanyLocks(lambda _: scope, objects)) as locks:
        return locks.obstacle(company)


def test_another_run_is_named_and_only_what_it_writes_is_kept_from_others(start: Run) -> None:
    run = start("items", "customers")
    for objects in (("items",), ("invoices", "items")):
        assert re.fullmatch(
            rf"another run \(process {run.pid}, since 2\d{{3}}-[\d:T.-]+Z\) writes items", obstacle(*objects) or ""
        )
    # What was taken beside the one that is not free is free again.
    assert obstacle("invoices") is None
    assert obstacle("items", company=OTHER) is None
    assert obstacle("items", scope="http://127.0.0.1:8400/graphql") is None


def test_the_verdict_on_a_company_stands_for_the_whole_run(start: Run) -> None:
    run = start("items")
    with closing(CompanyLocks(lambda _: SCOPE, ["items"])) as locks:
        first = locks.obstacle(COMPANY)
        with run:
            run.kill()
        assert first is not None
        assert locks.obstacle(COMPANY) == first


def test_a_run_that_was_killed_keeps_nobody_away(start: Run) -> None:
    run = start("items")
    with run:
        run.kill()
    assert obstacle("items") is None


def test_a_run_waits_for_one_that_ends_soon(start: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company_locks, "LONGEST_WAIT_SECONDS", 60.0)
    run = start("items")
    assert run.stdin
    run.stdin.close()
    assert obstacle("items") is None


def test_the_files_are_the_users_own(folder: Path) -> None:
    assert obstacle("items", "customers") is None
    (lock_folder,) = folder.iterdir()
    assert lock_folder.stat().st_mode & 0o777 == FOLDER_MODE
    assert [path.name.partition("-")[0] for path in sorted(lock_folder.iterdir())] == ["customers", "items"]
    assert {path.stat().st_mode & 0o777 for path in lock_folder.iterdir()} == {FILE_MODE}


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_folder_that_somebody_else_may_have_put_there_is_refused(folder: Path, kind: str) -> None:
    path = folder / f"destination-sage-active-{os.getuid()}"
    if kind == "link":
        (folder / "elsewhere").mkdir()
        path.symlink_to(folder / "elsewhere")
    else:
        path.touch()
    with pytest.raises(SageActiveError, match="it is not a folder of this user") as raised:
        obstacle("items")
    assert "TMPDIR" in str(raised.value)


def test_a_run_leaves_the_records_of_a_company_that_another_one_writes_to(start: Run) -> None:
    run, memory = start("items"), Memory(ITEMS, unique="code")
    companies = (COMPANY, OTHER)
    sync = Sync(memory, companies=companies, locks=CompanyLocks(lambda _: SCOPE, ["items"]))
    sync.take(*({"company_id": company.id, "code": f"K {company.id}", "name": "n"} for company in companies))
    sync.state()
    sync.engine.finish()
    sync.engine.close()
    assert [row["code"] for row in memory.rows] == [f"K {OTHER.id}"]
    assert sync.queue.unfinished() == {sync.stream: 1}
    assert sync.states == []
    message = str(sync.engine.failed[sync.stream])
    assert f"belong to {COMPANY.label}, and another run (process {run.pid}" in message
    assert "The next sync brings these records again" in message
    with run:
        run.kill()
    again = Sync(memory, companies=companies, locks=CompanyLocks(lambda _: SCOPE, ["items"]))
    again.take(*({"company_id": company.id, "code": f"K {company.id}", "name": "n"} for company in companies))
    again.state()
    assert again.finish() == [1, 0, 1, 0]
    assert len(again.states) == 1
