"""The options about what is final: the default is never, and whatever is allowed has bounds."""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from destination_sage_active.entries import StreamTarget, TargetState
from sage_active.config import ConnectionConfig
from sage_active.credentials import MaesnCredentials
from sage_active.form import Form
from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCE_BY_NAME

# The register's objects that can become final; a test compares the two.
FinalObject = Literal["invoices"]
DAY_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# The members of the table of external effects; a test compares the two.
EffectName = Literal["shouldSendViaElectronicInvoicing", "canGeneratePaymentLink"]

FINAL_OBJECTS: Final[tuple[FinalObject, ...]] = get_args(FinalObject)
DRAFT: Final = "draft"


class FinalActs(Form):
    """What may be done that nobody can undo, and within which bounds."""

    model_config = ConfigDict(title="Final acts", extra="ignore")
    objects: Annotated[
        list[FinalObject],
        Field(
            min_length=1,
            title="Objects",
            description="What may become final.",
            examples=[["invoices"]],
            json_schema_extra={"order": 0},
        ),
    ]
    not_before: Annotated[
        date | None,
        Field(
            title="Not before",
            description="Documents of an earlier day stay drafts. Put the first day here whose VAT return has not been "
            "filed.",
            examples=["2026-01-01"],
            json_schema_extra={"order": 1, "pattern": DAY_PATTERN},
        ),
    ] = None
    not_after: Annotated[
        date | None,
        Field(
            title="Not after",
            description="Documents of a later day stay drafts. Leave it empty for today.",
            examples=["2026-12-31"],
            json_schema_extra={"order": 2, "pattern": DAY_PATTERN},
        ),
    ] = None
    pilot: Annotated[
        int,
        Field(
            ge=0,
            title="Pilot",
            description="How many documents of each object one run makes final before a person has looked at them: "
            "the rest stay drafts, and the sync fails and says what to look at. 0 ends the pilot.",
            examples=[1],
            json_schema_extra={"order": 3},
        ),
    ] = 1
    max_per_run: Annotated[
        int | None,
        Field(
            ge=1,
            title="Most in one run",
            description="How many documents of each object one run makes final. Further ones stay drafts. Leave it "
            "empty for no limit.",
            examples=[1000],
            json_schema_extra={"order": 4},
        ),
    ] = None

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("`not_before` is later than `not_after`, so nothing could become final")
        return self

    @property
    def bounds(self) -> str:
        """The bounds in one phrase, for messages."""
        days = [f"dated {self.not_before} or later"] if self.not_before else []
        days.append(f"dated {self.not_after or 'today'} or earlier")
        most = [f"at most {self.max_per_run} in one run"] if self.max_per_run is not None else []
        pilot = [f"a pilot of {self.pilot} in one run, then the sync stops"] if self.pilot else []
        return ", ".join((*days, *most, *pilot))


class FinalConfig(ConnectionConfig):
    """What streams are written to, what becomes of their documents, and what of it may be final."""

    streams: Annotated[
        list[StreamTarget],
        Field(
            title="Streams",
            description="What each stream is written to, if it is not called like an object (customers, suppliers, "
            "items, invoices), and what its documents become.",
            examples=[[{"stream": "erp_debtors", "object": "customers"}]],
            json_schema_extra={"order": 2},
        ),
    ] = Field(default_factory=list)
    final_acts: Annotated[
        FinalActs | None,
        Field(
            title="Final acts",
            description="What may be made final, and within which bounds. Leave it empty, and nothing is: documents "
            "stay drafts.",
            examples=[{"objects": ["invoices"]}],
            json_schema_extra={"order": 4},
        ),
    ] = None
    allow_external_effects: Annotated[
        list[EffectName],
        Field(
            title="Effects outside the company",
            description="Members that have one and may be sent as the records have them: an e-invoice is submitted "
            "when the invoice is posted, a payment link is made. Others are sent as false. `final_acts` must allow the "
            "object as well.",
            examples=[["canGeneratePaymentLink"]],
            json_schema_extra={"order": 87},
        ),
    ] = Field(default_factory=list)
    require_totals: Annotated[
        bool,
        Field(
            title="Totals are required",
            description="Documents whose records state neither totals nor rates are not made final, because nothing "
            "shows whether their amounts are right.",
            examples=[True],
            json_schema_extra={"order": 88},
        ),
    ] = True
    allow_backdating: Annotated[
        bool,
        Field(
            title="Backdated documents",
            description="Make documents final that are dated before the last one of their number series. Spain and "
            "France want the numbers of a series in the order of the dates.",
            examples=[False],
            json_schema_extra={"order": 89},
        ),
    ] = False
    invoice_status: Annotated[
        TargetState,
        Field(
            title="Invoices become (deprecated)",
            description="As `target_state` of `streams`, which it stands for in all streams that have none. closed and "
            "posted allow final acts with a pilot of 1 where `final_acts` is empty.",
            examples=["draft"],
            json_schema_extra={"order": 94, "deprecated": True},
        ),
    ] = "draft"
    keep_numbers: Annotated[
        bool,
        Field(
            title="Keep document numbers (deprecated)",
            description="As `keep_numbers` of `streams`, which it stands for in all streams that do not say it. It "
            "allows final acts with a pilot of 1 where `final_acts` is empty. Not through Maesn.",
            examples=[False],
            json_schema_extra={"order": 95, "deprecated": True},
        ),
    ] = False

    @property
    def allowed(self) -> FinalActs | None:
        """The final acts that are allowed; None: none. What 0.1 was told to close is a pilot."""
        if self.final_acts is None and self._closes:
            return FinalActs(objects=list(FINAL_OBJECTS))
        return self.final_acts

    @property
    def _closes(self) -> bool:
        """Whether the options of 0.1 ask for final acts."""
        return self.invoice_status != DRAFT or self.keep_numbers

    def allows(self, resource: Resource) -> bool:
        """Whether an object may become final."""
        return self.allowed is not None and resource.name in self.allowed.objects

    def target_state(self, chosen: StreamTarget | None, resource: Resource) -> TargetState:
        """What documents of a stream become; what is not a document has no states."""
        if not resource.document:
            return DRAFT
        if chosen and chosen.target_state:
            return chosen.target_state
        return "closed" if self.keep_numbers and self.invoice_status == DRAFT else self.invoice_status

    def target_states(self, resource: Resource) -> frozenset[TargetState]:
        """What documents of any stream may become: of those that `streams` names, and of all others."""
        chosen = [target for target in self.streams if target.object == resource.name]
        return frozenset(self.target_state(target, resource) for target in (*chosen, None))

    def keeps_numbers(self, chosen: StreamTarget | None, resource: Resource) -> bool:
        """Whether documents of a stream get the numbers of their records, which is final."""
        wanted = self.keep_numbers if chosen is None or chosen.keep_numbers is None else chosen.keep_numbers
        return wanted and self.target_state(chosen, resource) != DRAFT

    def require_allowed(self, chosen: StreamTarget) -> None:
        """Raises `ValueError` where a stream asks for final acts that nothing allows, or that are not offered."""
        resource, name = RESOURCE_BY_NAME[chosen.object], f"stream `{chosen.stream}`"
        asked = [option for option, value in _final(chosen) if value]
        if asked and not resource.document:
            raise ValueError(f"{name}: {chosen.object} have no states; leave `{asked[0]}` out")
        if asked and self.connection == MAESN:
            raise ValueError(
                f"{name}: `{asked[0]}` is not offered by the connection {CONNECTION_LABELS[MAESN]}; leave it out"
            )
        state = self.target_state(chosen, resource)
        if chosen.keep_numbers and state == DRAFT:
            raise ValueError(f"{name}: `keep_numbers` needs `target_state` closed or posted: a draft has no number")
        if state != DRAFT and not self.allows(resource):
            raise ValueError(
                f"{name}: `target_state` {state} is final, and `final_acts` does not allow it; add "
                f'`"final_acts": {{"objects": ["{chosen.object}"]}}`, or leave it at draft'
            )

    @property
    def allowance(self) -> str:
        """The final acts that are allowed, in a sentence for `check`."""
        if self.allowed is None:
            return "No final acts are allowed: documents stay drafts."
        acts = "; ".join(
            f"{name}: close, post, force a number ({self.allowed.bounds})"
            for name in dict.fromkeys(self.allowed.objects)
        )
        effects = "; effects outside the company: " + ", ".join(self.allow_external_effects)
        return f"Final acts that are allowed: {acts}{effects if self.allow_external_effects else ''}."

    @property
    def translation(self) -> str | None:
        """How options of 0.1 about documents are understood, for the log; None where there are none."""
        if not self._closes:
            return None
        given = [f"`invoice_status: {self.invoice_status}`"] if self.invoice_status != DRAFT else []
        given += ["`keep_numbers: true`"] if self.keep_numbers else []
        taken = [f"`target_state: {self.invoice_status if self.invoice_status != DRAFT else 'closed'}`"]
        taken += ["`keep_numbers: true`"] if self.keep_numbers else []
        acts = "" if self.final_acts else f" and `final_acts: {{objects: [{', '.join(FINAL_OBJECTS)}], pilot: 1}}`"
        return (
            f"{' and '.join(given)}: deprecated, taken as {' and '.join(taken)} of the streams that do not say "
            f"otherwise{acts}. See docs/final-acts.md."
        )

    @field_validator("invoice_status", "keep_numbers")
    @classmethod
    def _only_directly(cls, value: Any, info: ValidationInfo) -> Any:
        if value not in ("draft", False) and connection_of(info) == MAESN:
            instead = "draft" if info.field_name == "invoice_status" else "false"
            raise ValueError(f"not offered by the connection {CONNECTION_LABELS[MAESN]}; leave it at {instead}")
        return value


def _final(chosen: StreamTarget) -> tuple[tuple[str, bool], ...]:
    """The options of a stream about what is final, and whether they ask for it."""
    wants_state = chosen.target_state not in (None, DRAFT)
    return ("target_state", wants_state), ("keep_numbers", bool(chosen.keep_numbers))


def connection_of(info: ValidationInfo) -> str | None:
    """The connection that the credentials belong to; None when they are wrong themselves."""
    credentials = info.data.get("credentials")
    if credentials is None:
        return None
    return MAESN if isinstance(credentials, MaesnCredentials) else DIRECT
