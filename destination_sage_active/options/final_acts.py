"""The options about what is final: the default is never, and whatever is allowed has bounds."""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self, cast, get_args

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from destination_sage_active.options.stream_target import InvoiceStatus, StreamTarget, TargetState
from destination_sage_active.record.key import creates_final
from sage_active.config import ConnectionConfig
from sage_active.credentials import MaesnCredentials
from sage_active.form import Form
from sage_active.markets import CONNECTION_LABELS, DIRECT, MAESN
from sage_active.resources.lifecycle import OF_RECORD, Lifecycle
from sage_active.resources.resource import CREATE, DirectResource, Resource
from sage_active.resources.table import RESOURCE_BY_NAME

# The register's objects that can become final; a test compares the two.
FinalObject = Literal[
    "invoices",
    "credit_notes",
    "sales_orders",
    "quotes",
    "delivery_notes",
    "bills",
    "journal_entries",
    "payments",
    "bill_payments",
]
DAY_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# The members of the table of external effects; a test compares the two.
EffectName = Literal["shouldSendViaElectronicInvoicing", "canGeneratePaymentLink"]

FINAL_OBJECTS: Final[tuple[FinalObject, ...]] = get_args(FinalObject)
DRAFT: Final = "draft"
# What the options of 0.1 are about.
OBJECT_OF_0_1: Final[FinalObject] = "invoices"


class FinalActs(Form):
    """Which acts that cannot be undone are allowed, and within which bounds."""

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
            description="Documents dated earlier stay drafts; journal entries and payments dated earlier are not "
            "created. Enter the first day whose VAT return has not been filed.",
            examples=["2026-01-01"],
            json_schema_extra={"order": 1, "pattern": DAY_PATTERN},
        ),
    ] = None
    not_after: Annotated[
        date | None,
        Field(
            title="Not after",
            description="Documents dated later stay drafts; journal entries and payments dated later are not created. "
            "Leave it empty for today.",
            examples=["2026-12-31"],
            json_schema_extra={"order": 2, "pattern": DAY_PATTERN},
        ),
    ] = None
    pilot: Annotated[
        int,
        Field(
            ge=0,
            title="Pilot",
            description="How many documents, entries or payments of each object one run makes final before a person "
            "has looked at them. Other documents stay drafts, other entries and payments are not created, and the sync "
            "fails and says what to look at. 0 ends the pilot.",
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
            description="What each stream is written to, if its name is not the name of an object, and what its "
            "documents become.",
            examples=[[{"stream": "erp_debtors", "object": "customers"}]],
            json_schema_extra={"order": 2},
        ),
    ] = Field(default_factory=list)
    final_acts: Annotated[
        FinalActs | None,
        Field(
            title="Final acts",
            description="What may be made final, and within which bounds. Leave it empty to make nothing final: "
            "documents stay drafts.",
            examples=[{"objects": ["invoices"]}],
            json_schema_extra={"order": 4},
        ),
    ] = None
    allow_external_effects: Annotated[
        list[EffectName],
        Field(
            title="Effects outside the company",
            description="Members with such an effect that are sent as the records have them: posting an invoice then "
            "submits an e-invoice, or creates a payment link. The others are sent as false. `final_acts` must allow "
            "the object as well.",
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
    allow_similar: Annotated[
        bool,
        Field(
            title="Similar bills",
            description="Create a bill even if the same supplier has one with the same total, dated at most 7 days "
            "before or after, with another number or none. Otherwise it is held as a possible duplicate.",
            examples=[False],
            json_schema_extra={"order": 96},
        ),
    ] = False
    invoice_status: Annotated[
        InvoiceStatus,
        Field(
            title="Invoices become (deprecated)",
            description="Use `target_state` of `streams` instead. It applies to all streams of invoices that have "
            "none. closed and posted allow final acts with a pilot of 1 if `final_acts` is empty.",
            examples=["draft"],
            json_schema_extra={"order": 94, "deprecated": True},
        ),
    ] = "draft"
    keep_numbers: Annotated[
        bool,
        Field(
            title="Keep document numbers (deprecated)",
            description="Use `keep_numbers` of `streams` instead. It applies to all streams of invoices that do not "
            "set it, and allows final acts with a pilot of 1 if `final_acts` is empty. Not through Maesn.",
            examples=[False],
            json_schema_extra={"order": 95, "deprecated": True},
        ),
    ] = False

    @property
    def allowed(self) -> FinalActs | None:
        """The final acts that are allowed; None: none. What 0.1 was told to close is a pilot."""
        if self.final_acts is None and self._closes:
            return FinalActs(objects=[OBJECT_OF_0_1])
        return self.final_acts

    @property
    def _closes(self) -> bool:
        """Whether the options of 0.1 ask for final acts."""
        return self.invoice_status != DRAFT or self.keep_numbers

    def allows(self, resource: Resource) -> bool:
        """Whether an object may become final."""
        return self.allowed is not None and resource.name in self.allowed.objects

    def target_state(self, chosen: StreamTarget | None, resource: Resource) -> TargetState | None:
        """What documents of a stream become; None: it has no states."""
        lifecycle = self._lifecycle(resource)
        if lifecycle is None:
            return None
        if chosen and chosen.target_state:
            return chosen.target_state
        if resource.name == OBJECT_OF_0_1 and self._closes:
            return "closed" if self.invoice_status == DRAFT else self.invoice_status
        return cast("TargetState | None", lifecycle.usual_state)

    def target_states(self, resource: Resource) -> frozenset[TargetState]:
        """What documents of any stream may become: of those that `streams` names, and of all others."""
        chosen = [target for target in self.streams if target.object == resource.name]
        lifecycle = self._lifecycle(resource)
        wanted = (self.target_state(target, resource) for target in (*chosen, None))
        states = (lifecycle.states_for(state) for state in wanted if state) if lifecycle else ()
        return frozenset(cast("TargetState", state) for reachable in states for state in reachable)

    def keeps_numbers(self, chosen: StreamTarget | None, resource: Resource) -> bool:
        """Whether documents of a stream get the numbers of their records, which is final."""
        of_0_1 = self.keep_numbers and resource.name == OBJECT_OF_0_1
        wanted = of_0_1 if chosen is None or chosen.keep_numbers is None else chosen.keep_numbers
        lifecycle = self._lifecycle(resource)
        return wanted and lifecycle is not None and lifecycle.is_final_state(self.target_state(chosen, resource))

    def require_allowed(self, chosen: StreamTarget) -> None:
        """Raises `ValueError` where a stream asks for what its object does not have, or for what nothing allows."""
        resource, name = RESOURCE_BY_NAME[chosen.object], f"stream `{chosen.stream}`"
        lifecycle = self._lifecycle(resource)
        usual = lifecycle.usual_state if lifecycle else None
        wanted = {"target_state": chosen.target_state not in (None, usual), "keep_numbers": bool(chosen.keep_numbers)}
        requested = next((option for option, is_wanted in wanted.items() if is_wanted), None)
        if requested and not resource.document:
            raise ValueError(f"{name}: {chosen.object} have no states; leave `{requested}` out")
        if requested and (self.connection == MAESN or lifecycle is None):
            raise ValueError(
                f"{name}: `{requested}` is not offered by the connection {CONNECTION_LABELS[self.connection]}; "
                "leave it out"
            )
        if lifecycle:
            self._require_state(chosen, resource, lifecycle, name)

    def _require_state(self, chosen: StreamTarget, resource: Resource, lifecycle: Lifecycle, name: str) -> None:
        state = self.target_state(chosen, resource)
        if state not in (*lifecycle.states, OF_RECORD):
            offered = " or ".join(lifecycle.states)
            raise ValueError(f"{name}: `target_state` {state} is not a state of {resource.name}; choose {offered}")
        if chosen.keep_numbers and not _has_numbers(resource):
            raise ValueError(f"{name}: Sage Active gives {resource.name} their numbers; leave `keep_numbers` out")
        is_final = lifecycle.is_final_state(state)
        if chosen.keep_numbers and not is_final:
            final = " or ".join(lifecycle.final_states)
            raise ValueError(f"{name}: `keep_numbers` needs `target_state` {final}: a {state} document has no number")
        if is_final and not self.allows(resource):
            raise ValueError(
                f"{name}: `target_state` {state} is final, and `final_acts` does not allow it; add "
                f'`"final_acts": {{"objects": ["{chosen.object}"]}}`, or leave it at {lifecycle.usual_state}'
            )

    def _lifecycle(self, resource: Resource) -> Lifecycle | None:
        """The statuses of an object on this connection, in this market."""
        binding = resource.bindings.get(self.connection)
        if isinstance(binding, DirectResource):
            return binding.lifecycle_in(self.credentials.market.code)
        return binding.lifecycle if binding else None

    @property
    def allowance(self) -> str:
        """The final acts that are allowed, in a sentence for `check`."""
        if self.allowed is None:
            return "No final acts are allowed: documents stay drafts."
        acts = "; ".join(
            f"{name}: {', '.join(self._acts(RESOURCE_BY_NAME[name])) or 'nothing'} ({self.allowed.bounds})"
            for name in dict.fromkeys(self.allowed.objects)
        )
        effects = "; effects outside the company: " + ", ".join(self.allow_external_effects)
        return f"Final acts that are allowed: {acts}{effects if self.allow_external_effects else ''}."

    def _acts(self, resource: Resource) -> list[str]:
        """What of an object is final."""
        if creates_final(resource, self.connection):
            return [CREATE]
        lifecycle = self._lifecycle(resource)
        steps = [step.act.value for step in lifecycle.steps if step.final] if lifecycle else []
        return [*steps, "force a number"] if steps and _has_numbers(resource) else steps

    @property
    def translation(self) -> str | None:
        """How options of 0.1 about documents are understood, for the log; None where there are none."""
        if not self._closes:
            return None
        given = [f"`invoice_status: {self.invoice_status}`"] if self.invoice_status != DRAFT else []
        given += ["`keep_numbers: true`"] if self.keep_numbers else []
        taken = [f"`target_state: {self.invoice_status if self.invoice_status != DRAFT else 'closed'}`"]
        taken += ["`keep_numbers: true`"] if self.keep_numbers else []
        acts = "" if self.final_acts else f" and `final_acts: {{objects: [{OBJECT_OF_0_1}], pilot: 1}}`"
        return (
            f"{' and '.join(given)}: deprecated, taken as {' and '.join(taken)} of the streams of "
            f"{OBJECT_OF_0_1} that do not say otherwise{acts}. See docs/final-acts.md."
        )

    @field_validator("invoice_status", "keep_numbers")
    @classmethod
    def _only_directly(cls, value: Any, info: ValidationInfo) -> Any:
        if value not in ("draft", False) and connection_of(info) == MAESN:
            instead = "draft" if info.field_name == "invoice_status" else "false"
            raise ValueError(f"not offered by the connection {CONNECTION_LABELS[MAESN]}; leave it at {instead}")
        return value


def _has_numbers(resource: Resource) -> bool:
    """Whether documents can be given numbers of their own when they become final."""
    numbering = resource.direct.numbering if resource.direct else None
    return numbering is not None and numbering.number is not None


def connection_of(info: ValidationInfo) -> str | None:
    """The connection that the credentials belong to; None when they are wrong themselves."""
    credentials = info.data.get("credentials")
    if credentials is None:
        return None
    return MAESN if isinstance(credentials, MaesnCredentials) else DIRECT
