"""The command `sage-active rehearse`: what it asks for, and what its reports hold."""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from destination_sage_active.write import company_locks
from integration_tests.rehearsals import company_of, config_file, sent
from sage_active.client import Company
from sage_active_cli.rehearse.questions.table import WRITE_QUESTIONS
from sage_active_cli.rehearse.report import OwnRehearsalReport, SentReport
from sage_active_cli.rehearse.traces import PREFIX
from sage_active_cli.run import main
from sage_active_sandbox.sandbox import Sandbox


def test_without_yes_write_nothing_is_sent(
    theatre: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config_file(theatre, tmp_path)
    assert main(["rehearse", "--config", str(path), "--company", "A & B"]) == 2
    assert "--yes-write" in capsys.readouterr().out
    assert theatre.requests == []


@pytest.mark.parametrize(
    ("connection_name", "company", "problem"),
    [("direct", [], "--company"), ("direct", ["--company", "nobody"], "nobody"), ("maesn", [], "deleted")],
)
def test_mistakes_are_named(
    theatre: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    connection_name: str,
    company: Sequence[str],
    problem: str,
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    path = config_file(theatre, tmp_path, connection_name)
    assert main(["rehearse", "--config", str(path), "--yes-write", *company]) == 1
    assert problem in capsys.readouterr().err
    assert not sent(theatre)


def test_the_name_of_the_company_is_typed(
    theatre: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = company_of(theatre, "de").name
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    for typed, code in ((company[:-1], 1), (company, 0)):
        monkeypatch.setattr("builtins.input", lambda *_, name=typed: name)
        assert main(["rehearse", "--config", str(config_file(theatre, tmp_path)), "--yes-write"]) == code
    assert capsys.readouterr().err.count(repr(company[:-1])) == 1


def test_a_sync_on_the_same_machine_keeps_it_away(
    theatre: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company_locks, "LONGEST_WAIT_SECONDS", 0.0)
    stored = company_of(theatre, "de")
    company = Company(stored.id, stored.name, "DE", "READY", usable=True)
    options = ["--config", str(config_file(theatre, tmp_path)), "--company", company.id, "--yes-write"]
    with closing(company_locks.CompanyLocks(lambda _: f"{theatre.url}/graphql", ["items"])) as locks:
        assert locks.obstacle(company) is None
        assert main(["rehearse", *options]) == 1
    assert "another run" in capsys.readouterr().err
    assert not sent(theatre)


def test_the_report_has_no_business_data(
    theatre: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    path, company, report_path = config_file(theatre, tmp_path), company_of(theatre, "de"), tmp_path / "report.json"
    options = ["--company", company.name, "--yes-write", "--report", str(report_path)]
    assert main(["rehearse", "--config", str(path), *options]) == 0
    text, output = report_path.read_text(), capsys.readouterr().out
    report = SentReport.model_validate_json(text)
    assert (report.proved, report.contradictions, report.left) == (True, [], {})
    assert len(report.lines) == len(WRITE_QUESTIONS)
    for planted in (company.name, company.id, PREFIX, "sandbox-refresh"):
        assert planted not in text
    assert company.name in output
    assert "Nothing is left" in output
    assert report.requests == len(theatre.requests)
    path = config_file(theatre, tmp_path)
    assert main(["rehearse", "--config", str(path), *options[:3], "--json"]) == 0
    assert OwnRehearsalReport.model_validate_json(capsys.readouterr().out).is_fine
