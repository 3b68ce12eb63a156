"""What a rehearsal has found, as data: for the user's own eyes, and without business data, made to be sent back."""

from pydantic import BaseModel, ConfigDict

from sage_active.client import Company
from sage_active.markets import DIRECT
from sage_active_cli.doctor.question import NOT_ASKED
from sage_active_cli.doctor.report import OwnReport, Report, lines_of
from sage_active_cli.rehearse.rehearsal import Rehearsal
from sage_active_cli.rehearse.traces import TRACED


class Leftover(BaseModel):
    """A record that could not be deleted, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    object: str
    id: str
    why: str


class Count(BaseModel):
    """How many records of an object there were before, were created, and are there now (null: nobody knows)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    object: str
    before: int
    created: int
    after: int | None


class SentReport(Report):
    """What may be sent back.

    `contradictions`: the questions whose answers the connector cannot live with; `earlier`: what earlier rehearsals had
    left and this one has deleted, by object; `left`: what is left now; `proved`: the counts are as before.
    """

    contradictions: list[str]
    earlier: dict[str, int]
    left: dict[str, int]
    proved: bool


class OwnRehearsalReport(OwnReport):
    """What `--json` prints. `foreign`: records that begin like those of rehearsals and were not touched, by object."""

    contradictions: list[str]
    earlier: dict[str, int]
    leftovers: list[Leftover]
    foreign: dict[str, int]
    counts: list[Count]

    @property
    def proved(self) -> bool:
        """Whether nothing is left, by counts."""
        return not self.leftovers and all(count.after == count.before for count in self.counts)

    @property
    def unasked(self) -> list[str]:
        """What could not be tried."""
        return [line.fact for line in self.lines if line.outcome == NOT_ASKED]

    @property
    def is_fine(self) -> bool:
        """Whether everything was tried, nothing contradicts the connector, and nothing is left."""
        return self.proved and not self.contradictions and not self.unasked

    def without_business_data(self) -> SentReport:
        """What may leave the machine."""
        report = OwnReport.without_business_data(self)
        left: dict[str, int] = {}
        for leftover in self.leftovers:
            left[leftover.object] = left.get(leftover.object, 0) + 1
        return SentReport(
            **{name: getattr(report, name) for name in Report.model_fields},
            contradictions=self.contradictions,
            earlier=self.earlier,
            left=left,
            proved=self.proved,
        )


def report_of(version: str, requests: int, company: Company, rehearsal: Rehearsal) -> OwnRehearsalReport:
    """A rehearsal as data."""
    last, after = rehearsal.last, rehearsal.after
    return OwnRehearsalReport(
        version=version,
        requests=requests,
        lines=lines_of(DIRECT, company, rehearsal.findings),
        contradictions=[finding.question.name for finding in rehearsal.findings if finding.meaning.contradicts],
        earlier=dict(rehearsal.earlier.deleted),
        leftovers=[Leftover(object=left.traced.name, id=left.id, why=left.why) for left in last.left],
        foreign=dict(last.foreign),
        counts=[
            Count(
                object=traced.name,
                before=rehearsal.before[traced.name],
                created=rehearsal.created[traced.name],
                after=after[traced.name] if after else None,
            )
            for traced in TRACED
        ],
    )
