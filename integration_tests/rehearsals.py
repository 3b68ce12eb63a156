"""Rehearsals in a stand-in, in this process or in one of their own, and what is there afterwards."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sage_active.config import ConnectionConfig, validated
from sage_active.direct.client import DirectClient
from sage_active.direct.writing import DirectWriter
from sage_active.http.retry_policy import RetryPolicy
from sage_active_cli.connection import connection
from sage_active_cli.rehearse.questions.table import WRITE_QUESTIONS
from sage_active_cli.rehearse.rehearsal import rehearsed
from sage_active_cli.rehearse.report import OwnRehearsalReport, report_of
from sage_active_cli.rehearse.stage import Stage
from sage_active_cli.rehearse.traces import PREFIX, TRACED, new_trace
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.store import Company, Row

MARKETS = ("de", "es", "fr")
OBJECTS = {traced.name: traced.binding.type for traced in TRACED}
# Nothing else may ever be sent.
REVERSIBLE = {f"{verb}{kind}" for verb in ("create", "update", "delete") for kind in OBJECTS.values()}
# Nobody waits in a test.
QUICK = RetryPolicy(connect=1.0, read=2.0, answer=2.0, tries=0.0)


def company_of(sandbox: Sandbox, market: str) -> Company:
    """The one in which rehearsals write."""
    return next(
        company for company in sandbox.store.companies.values() if company.usable and company.market == market.upper()
    )


def rehearse(
    sandbox: Sandbox, market: str = "de", names: Sequence[str] = (), settle_seconds: float = 0.0, user: str = ""
) -> OwnRehearsalReport:
    """The report of a rehearsal with some questions, or all. `user`: signs in instead of the administrator."""
    sandbox.reset_tokens()
    config = sandbox.configuration("direct", market)
    if user:
        config["credentials"]["refresh_token"] = f"sandbox-refresh-token-{market}-{user}"
    settings = validated(ConnectionConfig, config)
    questions = [question for question in WRITE_QUESTIONS if not names or question.name in names]
    wanted = company_of(sandbox, market).id
    with connection(settings, config, lambda _: None, retry_policy=QUICK) as client:
        assert isinstance(client, DirectClient)
        (company,) = [company for company in client.companies() if company.id == wanted]
        with closing(DirectWriter(client)) as writer:
            stage = Stage(client, writer, company, new_trace(), patience=0.0)
            rehearsal = rehearsed(stage, questions, lambda: None, settle_seconds)
    return report_of("1", len(sandbox.requests), company, rehearsal)


def outcomes(report: OwnRehearsalReport) -> dict[str, str]:
    """What each question came to."""
    return {line.question: line.outcome for line in report.lines}


def rows(sandbox: Sandbox, market: str, name: str) -> list[Row]:
    """The rows of an object in the company."""
    return [*sandbox.store.table(company_of(sandbox, market).id, OBJECTS[name]).values()]


def traced_rows(sandbox: Sandbox, market: str) -> Counter[str]:
    """How many rows of each object carry a trace."""
    return Counter(
        {
            traced.name: sum(
                str(row.get(traced.members[0]) or "").startswith(PREFIX) for row in rows(sandbox, market, traced.name)
            )
            for traced in TRACED
        }
    )


def sent(sandbox: Sandbox) -> set[str]:
    """The mutations that were sent."""
    return {name for request in sandbox.requests for name in request.writes}


def assert_nothing_left(sandbox: Sandbox, market: str) -> None:
    """No trace, and only what can be taken back was ever sent."""
    assert not traced_rows(sandbox, market).total()
    assert sent(sandbox) <= REVERSIBLE


def config_file(sandbox: Sandbox, folder: Path, connection_name: str = "direct", market: str = "de") -> Path:
    """A configuration that keeps its tokens to itself."""
    sandbox.reset_tokens()
    path = folder / "config.json"
    path.write_text(json.dumps(sandbox.configuration(connection_name, market)))
    return path


def command(theatre: Sandbox, folder: Path) -> Sequence[str]:
    """A rehearsal as a process of its own."""
    company = company_of(theatre, "de").id
    options = ["--config", str(config_file(theatre, folder)), "--company", company, "--yes-write"]
    return [sys.executable, "-m", "sage_active_cli.run", "rehearse", *options]
