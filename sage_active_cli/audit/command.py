"""`sage-active audit`: whether the books were read completely, and whether they agree with themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sage_active.client import Company
from sage_active.companies import resolve_companies
from sage_active.config import ConnectionConfig, validated
from sage_active.direct.client import DirectClient
from sage_active.errors import SageActiveError, configuration_error
from sage_active.runtime.progress import shown_progress
from sage_active_cli.audit.baseline_file import BaselineFile
from sage_active_cli.audit.check import Check
from sage_active_cli.audit.check_selection import select_checks
from sage_active_cli.audit.company_audit import Audited, CompanyAudit, Verdict
from sage_active_cli.audit.present import rendered
from sage_active_cli.audit.result import AuditResult, CompanyResult, exit_code
from sage_active_cli.audit.rows_read import RowsRead
from sage_active_cli.audit.summary import company_result, is_chosen
from sage_active_cli.audit.table import CHECKS
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import connection, keeper, shared_part, wanted_companies
from sage_active_cli.console import show, show_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command; see `sage-active audit --help`."""

    config: str
    company: Sequence[str]
    since: datetime | None
    checks: str | None
    baseline: str | None
    as_json: bool


def run(**parameters: Any) -> int:
    """Audits, shows what came of it, and returns the exit code. Raises `SageActiveError`."""
    options = Options(**parameters)
    checks = select_checks(options.checks, CHECKS)
    file = ConfigurationFile(options.config, "--config")
    config = file.read()
    settings = validated(ConnectionConfig, shared_part(config))
    baseline = BaselineFile(options.baseline) if options.baseline else None
    companies: list[CompanyResult] = []
    unseen: list[CompanyResult] = []
    with connection(settings, config, keeper(file, settings)) as client:
        if not isinstance(client, DirectClient):
            raise configuration_error(
                "An audit needs the direct connection: Maesn has neither entries nor reports.",
                "Use the configuration of a sign-in to Sage Active itself.",
            )
        wanted = wanted_companies(options.company, settings)
        failures: list[SageActiveError] = []
        rows_read = RowsRead()
        found = client.company_list()
        with shown_progress("read", rows_read.look, shares_terminal=True) as hidden:
            for company in resolve_companies(wanted, found.companies, found.unlisted):
                rows_read.begin(company)
                audited = _audited(
                    client, company, checks, settings.num_workers, options.since, baseline, rows_read, failures
                )
                companies.append(audited)
                unseen.append(audited)
                # Where nothing at all could be read, the error says it better.
                if len(failures) < len(companies) and not options.as_json:
                    with hidden():
                        for unshown in unseen:
                            show(*rendered(unshown), "")
                    unseen.clear()
    if len(failures) == len(companies):
        raise failures[0]
    result = AuditResult(companies=companies, exit_code=exit_code(companies))
    if options.as_json:
        show_json(result.model_dump(mode="json"))
    return result.exit_code


def _audited(
    client: DirectClient,
    company: Company,
    checks: Sequence[Check],
    workers: int,
    since: datetime | None,
    baseline: BaselineFile | None,
    rows_read: RowsRead,
    failures: list[SageActiveError],
) -> CompanyResult:
    """The result of a company. One that cannot be read stops none of the others: its error is kept, too."""
    given = {"--baseline"} if baseline else set()
    chosen = [check for check in checks if is_chosen(check, company, given)]
    audit = CompanyAudit(
        client,
        company,
        chosen,
        workers=workers,
        since=since,
        baseline=baseline.of(company) if baseline else None,
        progress=rows_read.advance,
    )
    try:
        audited = audit.run()
    except SageActiveError as error:
        failures.append(error)
        audited = Audited([Verdict(check, reason=str(error)) for check in chosen], {}, {})
    if baseline and audited.noted:
        baseline.keep(company, audited.noted)
    return company_result(company, checks, audited, given)
