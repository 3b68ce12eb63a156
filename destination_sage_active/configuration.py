"""The configuration of the destination, and the specification that Airbyte shows for it."""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator, model_validator

from destination_sage_active.options.final_acts import FinalConfig, connection_of
from destination_sage_active.options.payments import AllowPayments
from destination_sage_active.options.stream_target import CompanyMapping, MissingChildren, StreamTarget, VatOption
from destination_sage_active.record.journal import journal_of, require_posted, translation
from destination_sage_active.record.key import disabling_member, document_keys
from sage_active.auth.oauth_spec import sign_in_button
from sage_active.config import CompanySelection, connection_specification
from sage_active.form import FilePath, Text
from sage_active.markets import CONNECTION_LABELS, CONNECTIONS, MARKETS
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCE_BY_NAME, RESOURCES

TITLE: Final = "Sage Active Destination Spec"
DOCUMENTATION_URL: Final = "https://docs.airbyte.com/integrations/destinations/sage-active"
SYNC_MODES: Final = ("append", "append_dedup", "update")

DocumentKey = Literal["externalReference", "salesOrderNumber", "reference", "invoiceNumber"]
ZONES: Final = ", ".join(market.time_zone for market in MARKETS)

# Connection -> the members of documents that may carry the user's own number.
DOCUMENT_KEYS: Final = {
    connection: tuple(member for resource in RESOURCES for member in document_keys(resource, connection))
    for connection in CONNECTIONS
}


class DestinationConfig(FinalConfig):
    """What the destination needs: credentials and at least one company."""

    companies: Annotated[
        list[CompanySelection],
        Field(
            min_length=1,
            title="Companies",
            description="The companies to write to. With one, every record goes there, unless records have "
            "several `company_id`s; with several, `company_id` of each record decides.",
            examples=[[{"company_id": "Musterfirma GmbH"}]],
            json_schema_extra={"order": 1},
        ),
    ]
    document_key: Annotated[
        DocumentKey | None,
        Field(
            title="Document key",
            description="The field of a document that carries your own number and identifies it. Directly: "
            "externalReference, or salesOrderNumber for invoices; if empty, a mark in the internal remarks identifies "
            "it. Through Maesn: reference or invoiceNumber, required for invoices.",
            examples=["externalReference"],
            json_schema_extra={"order": 3},
        ),
    ] = None
    posting_journal: Annotated[
        Text | None,
        Field(
            title="Posting journal (deprecated)",
            description="Use `journal` of `streams` instead. It applies to all streams of invoices that have none.",
            examples=["VT"],
            json_schema_extra={"order": 82, "deprecated": True},
        ),
    ] = None
    company_map: Annotated[
        list[CompanyMapping],
        Field(
            title="Company map",
            description="Redirects the records of a company, for copies from one company to another.",
            examples=[[{"source_company_id": "3f0f2a52-0000-4000-8000-000000000001", "company_id": "Copy GmbH"}]],
            json_schema_extra={"order": 6},
        ),
    ] = Field(default_factory=list)
    dry_run: Annotated[
        bool,
        Field(
            title="Dry run",
            description="Plan everything and write nothing. With a report folder the plan is in plan.jsonl.",
            examples=[False],
            json_schema_extra={"order": 7},
        ),
    ] = False
    max_rejected_percent: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            title="Rejected records (percent)",
            description="If more than this share of at least 20 records of a stream is rejected, the sync fails and "
            "its state is held back.",
            examples=[20],
            json_schema_extra={"order": 8},
        ),
    ] = 20
    report_path: Annotated[
        FilePath | None,
        Field(
            title="Report folder",
            description="Folder for rejected.jsonl (records that can be piped in again, with the reason), "
            "receipts.jsonl and plan.jsonl. Files of earlier runs are kept beside them. Leave it empty in Airbyte.",
            examples=["/local/sage-active"],
            json_schema_extra={"order": 80, "airbyte_hidden": True},
        ),
    ] = None
    missing_children: Annotated[
        MissingChildren | None,
        Field(
            title="Children that the record lacks (deprecated)",
            description="Use `missing_children` of `streams` instead. It applies to all streams that have none.",
            examples=["keep"],
            json_schema_extra={"order": 81, "deprecated": True},
        ),
    ] = None
    settle_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=600,
            title="Settling time (seconds)",
            description="How long to look for a write whose reply was lost before its outcome is decided. Sage Active "
            "lets a request run for 30 seconds.",
            examples=[45],
            json_schema_extra={"order": 83},
        ),
    ] = 45
    amount_tolerance: Annotated[
        float,
        Field(
            ge=0,
            le=0.1,
            title="Amount tolerance",
            description="By how much the amounts that a record states may differ from what Sage Active computes, for "
            "one document: at most 0.01 for each line, and 0.10. Rates may not differ.",
            examples=[0.01],
            json_schema_extra={"order": 86},
        ),
    ] = 0.01
    files_folder: Annotated[
        FilePath | None,
        Field(
            title="Folder of files",
            description="Folder that the paths in records of the object files start from. Without it, these records "
            "must carry their files themselves. Leave it empty in Airbyte.",
            examples=["/local/attachments"],
            json_schema_extra={"order": 75, "airbyte_hidden": True},
        ),
    ] = None
    files_settle_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=120,
            title="Settling time of files (minutes)",
            description="How long to look for an upload whose reply was lost: files are listed only after a virus "
            "scan. One that is not there by then is rejected as `unknown`, and not sent again.",
            examples=[15],
            json_schema_extra={"order": 76},
        ),
    ] = 15
    source_id: Annotated[
        Text,
        Field(
            title="Source id",
            description="Part of the mark by which an invoice is recognised as the same record. Give a source an id of "
            "its own if its primary keys may collide with another's, and never change it.",
            examples=["airbyte"],
            json_schema_extra={"order": 84},
        ),
    ] = "airbyte"
    entries_with_vat: Annotated[
        VatOption,
        Field(
            title="Journal entries with VAT",
            description="What happens to journal entries that touch VAT accounts. reject: they are not created, "
            "because such amounts belong in invoices and bills. allow: they are created and read back; one without a "
            "tax register counts as held.",
            examples=["reject"],
            json_schema_extra={"order": 79},
        ),
    ] = "reject"
    allow_payments: Annotated[
        AllowPayments | None,
        Field(
            title="Payments",
            description="By which payment methods `payments` and `bill_payments` may pay open items, in addition to "
            "`final_acts`. They cannot be undone. Leave it empty to allow none. Not through Maesn.",
            examples=[{"methods": ["Bank"]}],
            json_schema_extra={"order": 5},
        ),
    ] = None
    time_zone: Annotated[
        Text | None,
        Field(
            title="Time zone",
            description="The zone in which a moment in UTC, such as 2026-03-31T22:00:00Z, becomes a day: a name "
            f"of the IANA database. Leave it empty for the market's: {ZONES}.",
            examples=["Europe/Berlin"],
            json_schema_extra={"order": 85},
        ),
    ] = None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days."""
        return ZoneInfo(self.time_zone or self.credentials.market.time_zone)

    @property
    def tolerance(self) -> Decimal:
        """The tolerance of amounts as it is written, so that 0.01 is a cent."""
        return Decimal(str(self.amount_tolerance))

    @property
    def payment_methods(self) -> tuple[str, ...]:
        """The names of the payment methods that may be used."""
        return tuple(self.allow_payments.methods) if self.allow_payments else ()

    def allows(self, resource: Resource) -> bool:
        """Whether an object may become final; what pays, by some method."""
        pays = resource.direct is not None and resource.direct.settlement is not None
        return super().allows(resource) and (not pays or bool(self.payment_methods))

    @property
    def allowance(self) -> str:
        """The final acts that are allowed, in sentences for `check`."""
        methods = ", ".join(self.payment_methods)
        return f"{super().allowance} Payment methods that may be used: {methods}." if methods else super().allowance

    def journal(self, chosen: StreamTarget | None, resource: Resource) -> str | None:
        """The code of the journal that documents of a stream are posted to; None: a company has one only."""
        return journal_of(chosen.journal if chosen else None, self.posting_journal, resource)

    @property
    def translations(self) -> tuple[str, ...]:
        """How options of 0.1 are understood, for the log."""
        return tuple(text for text in (self.translation, translation(self.posting_journal)) if text)

    @model_validator(mode="after")
    def _final_only_where_allowed(self) -> Self:
        for target in self.streams:
            self.require_allowed(target)
            if target.journal:
                require_posted(target.stream, RESOURCE_BY_NAME[target.object], self.connection)
        return self

    @field_validator("time_zone")
    @classmethod
    def _a_known_zone(cls, name: str | None) -> str | None:
        try:
            if name is not None:
                ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError("is not a name of the IANA time zone database; write it like Europe/Berlin") from None
        return name

    @field_validator("streams")
    @classmethod
    def _each_stream_once(cls, streams: list[StreamTarget]) -> list[StreamTarget]:
        _each_once([target.stream for target in streams], "stream")
        return streams

    @field_validator("streams")
    @classmethod
    def _disabling_where_it_is_offered(cls, streams: list[StreamTarget], info: ValidationInfo) -> list[StreamTarget]:
        connection = connection_of(info)
        for target in streams:
            resource = RESOURCE_BY_NAME[target.object]
            if target.deleted_rows == "disable" and connection and not disabling_member(resource, connection):
                offered = [other.name for other in RESOURCES if disabling_member(other, connection)]
                raise ValueError(
                    f"stream `{target.stream}`: `deleted_rows: disable` is not offered for {target.object} by the "
                    f"connection {CONNECTION_LABELS[connection]}, only for {', '.join(offered) or 'nothing'}; leave it "
                    "at ignore"
                )
        return streams

    @field_validator("company_map")
    @classmethod
    def _each_company_once(cls, mappings: list[CompanyMapping]) -> list[CompanyMapping]:
        _each_once([mapping.source_company_id for mapping in mappings], "source_company_id")
        return mappings

    @field_validator("document_key")
    @classmethod
    def _a_key_of_the_connection(cls, key: str | None, info: ValidationInfo) -> str | None:
        connection = connection_of(info)
        if key is not None and connection and key not in DOCUMENT_KEYS[connection]:
            offered = " or ".join(DOCUMENT_KEYS[connection])
            raise ValueError(f"the connection {CONNECTION_LABELS[connection]} knows {offered}, not {key}")
        return key


def _each_once(names: list[str], member: str) -> None:
    """Raises `ValueError` when two entries of a list claim the same name."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"several entries with the same `{member}`: {', '.join(twice)}")


def specification() -> dict[str, Any]:
    """The connector's specification, generated from the models. The committed spec.json equals it (tested)."""
    return {
        "documentationUrl": DOCUMENTATION_URL,
        "connectionSpecification": connection_specification(DestinationConfig, TITLE),
        "supportsIncremental": True,
        "supportsNormalization": False,
        "supportsDBT": False,
        "supported_destination_sync_modes": list(SYNC_MODES),
        "advanced_auth": sign_in_button(),
    }
