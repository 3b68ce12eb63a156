"""`sage-active doctor`: the first thing to run against a live service. It reads, and changes nothing."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from sage_active.client import Company, CompanyList
from sage_active.companies import usable_companies
from sage_active.config import ConnectionConfig, validated
from sage_active.errors import SageActiveError, configuration_error
from sage_active.http.request_limit import RequestLimit
from sage_active.markets import DIRECT, MAESN
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import COMMAND_RETRIES, connection, keeper, shared_part, wanted_companies
from sage_active_cli.console import show, show_json
from sage_active_cli.doctor.direct_subject import DirectSubject, ExaminedDirect
from sage_active_cli.doctor.examination import examined
from sage_active_cli.doctor.maesn_subject import ExaminedMaesn, MaesnSubject
from sage_active_cli.doctor.question import NOT_ASKED, Question
from sage_active_cli.doctor.questions.table import DIRECT_QUESTIONS, MAESN_QUESTIONS
from sage_active_cli.doctor.rendering import WIDEST, rendered
from sage_active_cli.doctor.report import OwnLine, OwnReport, lines_of, write_report
from sage_active_cli.progress_bar import Step, progress_bar

LOGGER = logging.getLogger("airbyte")
MOST_REQUESTS: Final = 200
Keep = Callable[[Mapping[str, Any]], None]
# Shows how far the questions to a market are: its code, and how many there are.
Progressing = Callable[[str, int], AbstractContextManager[Step]]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked, and where. `companies`: ids or exact names, empty for those of the configuration."""

    direct: Sequence[Question[DirectSubject]] = DIRECT_QUESTIONS
    maesn: Sequence[Question[MaesnSubject]] = MAESN_QUESTIONS
    companies: Sequence[str] = ()


def run(config: Sequence[str], company: Sequence[str], report: str | None, as_json: bool) -> None:
    """Prints the findings. Raises `SageActiveError` where something could not be asked."""
    files = [ConfigurationFile(path, "--config") for path in config]
    limit, lines = RequestLimit(MOST_REQUESTS), []
    selection = Selection(companies=company)
    problems: list[SageActiveError] = []
    for file in files:
        try:
            content = file.read()
            settings = validated(ConnectionConfig, shared_part(content))
            lines += findings(settings, content, keeper(file, settings), limit, selection, progress_bar)
        except SageActiveError as error:
            problems.append(error)
    result = report_of(lines, limit)
    if lines and as_json:
        show_json(result.model_dump(mode="json"))
    elif lines:
        show(*rendered(result), width=WIDEST)
    if lines and report:
        write_report(Path(report), result)
    if problems:
        raise problems[0]
    if unanswered := [line.fact for line in lines if line.outcome == NOT_ASKED]:
        raise configuration_error(
            f"Not everything could be asked: {', '.join(dict.fromkeys(unanswered))}.", "Run the command again."
        )


def report_of(lines: Sequence[OwnLine], limit: RequestLimit) -> OwnReport:
    """All lines, as data."""
    return OwnReport(version=version("airbyte-sage-active"), requests=limit.sent, lines=list(lines))


@contextmanager
def _unseen(_market: str, _questions: int) -> Iterator[Step]:
    yield lambda: None


def findings(
    settings: ConnectionConfig,
    config: Mapping[str, Any],
    keep: Keep,
    limit: RequestLimit,
    selection: Selection,
    progress: Progressing = _unseen,
) -> list[OwnLine]:
    """What one configuration's questions came to, in one company of each market that its sign-in lists.

    Raises `SageActiveError` when nothing can be asked.
    """
    retries = replace(COMMAND_RETRIES, limit=limit)
    opened = connection(settings, config, keep, direct=ExaminedDirect, maesn=ExaminedMaesn, retry_policy=retries)
    lines: list[OwnLine] = []
    with opened as client:
        company_list = client.company_list()
        listed = company_list.companies
        for company in _one_of_each_market(settings, selection, company_list):
            if isinstance(client, ExaminedDirect):
                direct = DirectSubject(client, settings, company, listed)
                questions = [question for question in selection.direct if question.is_for(company.market)]
                with progress(company.market, len(questions)) as step:
                    found = examined(questions, direct, direct.asked_together(questions), step)
                lines += lines_of(DIRECT, company, found)
            elif isinstance(client, ExaminedMaesn):
                maesn = MaesnSubject(client, company, listed)
                with progress(company.market, len(selection.maesn)) as step:
                    found = examined(selection.maesn, maesn, {}, step)
                lines += lines_of(MAESN, company, found)
    return lines


def _one_of_each_market(settings: ConnectionConfig, selection: Selection, found: CompanyList) -> Sequence[Company]:
    wanted = wanted_companies(selection.companies, settings)
    companies, refused = usable_companies(wanted, found.companies, found.unlisted)
    # Of companies that were named by hand, each configuration has a part only.
    for error in () if selection.companies else refused:
        LOGGER.warning("%s", error)
    first: dict[str, Company] = {}
    for company in companies:
        first.setdefault(company.market, company)
    return list(first.values())
