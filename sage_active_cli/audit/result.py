"""What an audit came to, in the shape that `--json` prints."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from sage_active_cli.audit.check import Severity

PASSED: Final = 0
FAILED: Final = 1
UNDECIDED: Final = 3


class Outcome(StrEnum):
    """What became of a check in a company."""

    PASSED = "passed"
    FOUND = "findings"
    NOT_COMPARABLE = "not comparable"
    NOT_IN_MARKET = "not in this market"
    NOT_ASKED = "not asked for"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindingResult(_Model):
    """Something that is not as it must be."""

    object: str = Field(description="The stream of the row.")
    id: str | None = Field(description="The id of the row, where it is one row.")
    number: str | None = Field(description="Its number or code.")
    problem: str = Field(description="What is wrong; with the account and the exercise that it concerns.")
    expected: str | None = Field(description="What must be there; amounts with all their digits.")
    actual: str | None = Field(description="What is there.")
    difference: str | None = Field(description="Of amounts: what is there, less what must be.")


class CheckResult(_Model):
    """One check in one company."""

    check: str
    title: str
    severity: Severity
    outcome: Outcome
    reason: str | None = Field(description="Why it is not comparable, or was not made.")
    notes: list[str] = Field(description="Differences that are legitimate, and how many lines were compared.")
    findings: list[FindingResult]


class CompanyResult(_Model):
    """One company."""

    id: str
    name: str
    market: str
    rows: dict[str, int] = Field(description="How many rows were read, by stream.")
    checks: list[CheckResult]


class AuditResult(_Model):
    """The whole audit. `exit_code`: 0, 1 for findings that are errors, 3 where something could not be compared."""

    version: int = 1
    companies: list[CompanyResult]
    exit_code: int = Field(description="0; 1 for findings that are errors; 3 where something could not be compared.")


def exit_code(companies: list[CompanyResult]) -> int:
    """How the command ends."""
    checks = [check for company in companies for check in company.checks]
    if any(check.severity is Severity.ERROR and check.findings for check in checks):
        return FAILED
    return UNDECIDED if any(check.outcome is Outcome.NOT_COMPARABLE for check in checks) else PASSED
