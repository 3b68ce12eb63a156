"""What the checks of a company came to, as results."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sage_active.client import Company
from sage_active_cli.audit.check import Check, Finding
from sage_active_cli.audit.company_audit import Audited, Verdict
from sage_active_cli.audit.result import CheckResult, CompanyResult, FindingResult, Outcome


def is_chosen(check: Check, company: Company, given: Collection[str]) -> bool:
    """Whether a check is made in a company, with the options that were given."""
    return _not_made(check, company, given) is None


def company_result(
    company: Company, checks: Sequence[Check], audited: Audited, given: Collection[str]
) -> CompanyResult:
    """The result of a company, with a line for each check that was chosen."""
    verdicts = {verdict.check.name: verdict for verdict in audited.verdicts}
    lines = []
    for check in checks:
        verdict = verdicts.get(check.name)
        if verdict:
            lines.append(_check_result(verdict))
        else:
            outcome, reason = _not_made(check, company, given) or (Outcome.NOT_ASKED, "")
            lines.append(_line(check, outcome, reason))
    return CompanyResult(id=company.id, name=company.name, market=company.market, rows=dict(audited.rows), checks=lines)


def _not_made(check: Check, company: Company, given: Collection[str]) -> tuple[Outcome, str] | None:
    """Why a check is not made; None where it is."""
    if check.markets and company.market not in check.markets:
        return Outcome.NOT_IN_MARKET, f"only in {', '.join(sorted(check.markets))}"
    if check.option and check.option not in given:
        return Outcome.NOT_ASKED, f"needs {check.option}"
    return None


def _check_result(verdict: Verdict) -> CheckResult:
    found = Outcome.FOUND if verdict.findings else Outcome.PASSED
    outcome = Outcome.NOT_COMPARABLE if verdict.reason else found
    return _line(verdict.check, outcome, verdict.reason, verdict.notes, verdict.findings)


def _line(
    check: Check, outcome: Outcome, reason: str | None, notes: Sequence[str] = (), findings: Sequence[Finding] = ()
) -> CheckResult:
    return CheckResult(
        check=check.name,
        title=check.title,
        severity=check.severity,
        outcome=outcome,
        reason=reason,
        notes=list(notes),
        findings=[FindingResult(**asdict(finding)) for finding in findings],
    )
