"""What the doctor has found, as data: for the user's own eyes, and without business data, made to be sent back.

What is sent back can hold nothing that a service has said: every text in it is one of the tables' own, and the names
are those of the contract.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from sage_active.auth.token_store import replace_file
from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active.escaping import escaped
from sage_active.markets import MARKETS
from sage_active_cli.doctor.examination import Finding

# What a company's market may be called in a report; the Spanish host has companies of Portugal too.
MARKET_CODES: Final = (*(market.code for market in MARKETS), "PT")
OTHER: Final = "other"


class Line(BaseModel):
    """One question, and what it came to.

    `outcome`: the key of what `service` and `connector` say; `fault`: the error of the documentation that a refusal is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    question: str
    connection: Literal["direct", "maesn"]
    market: Literal["DE", "ES", "FR", "PT", "other"]
    fact: str
    sources: str
    outcome: str
    service: str
    connector: str
    fault: str | None = None
    names: list[str] = []


class OwnLine(Line):
    """The same, with what only the user may see: the company, and what else was noticed."""

    company: str
    detail: str = ""


class Report(BaseModel):
    """What is sent back. `version`: of the connector; `requests`: how many were sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    requests: int
    lines: list[Line]


class OwnReport(BaseModel):
    """What `--json` prints."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    requests: int
    lines: list[OwnLine]

    def without_business_data(self) -> Report:
        """What may leave the machine."""
        lines = [Line(**{name: getattr(line, name) for name in Line.model_fields}) for line in self.lines]
        return Report(version=self.version, requests=self.requests, lines=lines)


def lines_of(connection: Literal["direct", "maesn"], company: Company, findings: Sequence[Finding]) -> list[OwnLine]:
    """The findings about one company."""
    market: Any = company.market if company.market in MARKET_CODES else OTHER
    return [
        OwnLine(
            question=finding.question.name,
            connection=connection,
            market=market,
            fact=finding.question.fact,
            sources=finding.question.sources,
            outcome=finding.answer.outcome,
            service=finding.meaning.service,
            connector=finding.meaning.connector,
            fault=finding.fault,
            names=list(finding.answer.names),
            company=escaped(company.label),
            detail=escaped(finding.answer.detail),
        )
        for finding in findings
    ]


def write_report(path: Path, report: OwnReport) -> None:
    """Writes what may leave the machine. Raises a configuration error when the file cannot be written."""
    text = f"{report.without_business_data().model_dump_json(indent=2)}\n"
    try:
        replace_file(path, text.encode())
    except OSError as exception:
        raise configuration_error(
            f"The file of --report, {path}, cannot be written: {exception.strerror}.",
            "Name a file in a folder that this program may write to.",
        ) from None
