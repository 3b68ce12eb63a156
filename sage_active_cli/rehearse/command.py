"""`sage-active rehearse`: the first write in a company, of records that are deleted again. The doctor's counterpart."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.prompt import Prompt

from destination_sage_active.write.company_locks import CompanyLocks, scope_of
from sage_active.client import Company, CompanyList
from sage_active.companies import resolve_companies
from sage_active.config import CompanySelection, ConnectionConfig, validated
from sage_active.direct.client import DirectClient
from sage_active.direct.writing import DirectWriter
from sage_active.errors import configuration_error
from sage_active.http.request_limit import RequestLimit
from sage_active.markets import DIRECT
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import COMMAND_RETRIES, connection, keeper, shared_part
from sage_active_cli.console import ERRORS, OUTPUT, show, show_json
from sage_active_cli.doctor.report import write_report
from sage_active_cli.progress_bar import progress_bar
from sage_active_cli.prompts import is_answered
from sage_active_cli.rehearse.questions.table import WRITE_QUESTIONS
from sage_active_cli.rehearse.rehearsal import rehearsed
from sage_active_cli.rehearse.rendering import show_report
from sage_active_cli.rehearse.report import OwnRehearsalReport, report_of
from sage_active_cli.rehearse.stage import Stage
from sage_active_cli.rehearse.traces import PREFIX, TRACED, new_trace

MOST_REQUESTS: Final = 500
USAGE: Final = 2
OBJECTS: Final = [traced.name for traced in TRACED]


def run(config: str, yes_write: bool, company: str | None, report: str | None, as_json: bool) -> int:
    """Prints what was found; 0 if that is fine, 1 if not, 2 without `--yes-write`. Raises `SageActiveError`."""
    if not yes_write:
        show(*_plan(company), console=ERRORS if as_json else OUTPUT)
        return USAGE
    file = ConfigurationFile(config, "--config")
    content = file.read()
    settings = validated(ConnectionConfig, shared_part(content))
    limit = RequestLimit(MOST_REQUESTS)
    result = rehearsal_report(settings, content, keeper(file, settings), limit, company)
    if as_json:
        show_json(result.model_dump(mode="json"))
    else:
        show_report(result)
    if report:
        write_report(Path(report), result)
    return 0 if result.is_fine else 1


def rehearsal_report(
    settings: ConnectionConfig,
    config: Mapping[str, Any],
    keep: Callable[[Mapping[str, Any]], None],
    limit: RequestLimit,
    name: str | None,
) -> OwnRehearsalReport:
    """Rehearses in one company, typed on the terminal without a `name`. Raises `SageActiveError` if that cannot be."""
    if settings.connection != DIRECT:
        raise configuration_error(
            "Through Maesn, nothing can be deleted, so nothing can be rehearsed.",
            "Name a configuration of the direct connection.",
        )
    with connection(settings, config, keep, retry_policy=replace(COMMAND_RETRIES, limit=limit)) as client:
        if not isinstance(client, DirectClient):
            raise TypeError("a rehearsal needs the direct client")
        company = _company(client.company_list(), name)
        with _alone(settings, company), closing(DirectWriter(client)) as writer:
            stage = Stage(client, writer, company, new_trace())
            with progress_bar(company.market, len(WRITE_QUESTIONS)) as step:
                rehearsal = rehearsed(stage, WRITE_QUESTIONS, step)
    return report_of(version("airbyte-sage-active"), limit.sent, company, rehearsal)


def _company(found: CompanyList, name: str | None) -> Company:
    """The company of this id or exact name. Raises a configuration error if it is not one."""
    if not name and not is_answered():
        raise configuration_error(
            "No company is named, and there is no terminal on which its name could be typed.",
            "Add --company with the exact name of the company.",
        )
    if not name:
        show(*sorted(company.name for company in found.companies if company.usable), console=ERRORS)
        name = Prompt.ask("In which of these companies? Type its whole name", console=ERRORS).strip()
    (company,) = resolve_companies([CompanySelection(company_id=name)], found.companies, found.unlisted)
    return company


@contextmanager
def _alone(settings: ConnectionConfig, company: Company) -> Iterator[None]:
    """Keeps other runs on this machine away: they would count, or delete, what this one writes."""
    with closing(CompanyLocks(scope_of(settings), OBJECTS)) as locks:
        if obstacle := locks.obstacle(company):
            raise configuration_error(f"In {company.label}, {obstacle}.", "Run the command again when it has ended.")
        yield


def _plan(name: str | None) -> list[str]:
    return [
        f"This command writes in {f'the company {name!r}' if name else 'one company, whose name you type'}:",
        "it creates customers, suppliers, an item, drafts of invoices and bills, changes them, tries some twice, and",
        f"deletes everything again. All of it carries {PREFIX} and an id. Nothing is closed, posted or numbered.",
        "Automatic codes of third parties may be used up by it. Nothing was done: add --yes-write to do it.",
    ]
