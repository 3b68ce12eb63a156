"""The entries of the configuration's lists: what streams are written to, and where companies are redirected."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from sage_active.form import CompanyName, Form, Text

# The register's objects that can be created; a test compares the two.
ObjectName = Literal[
    "customers",
    "suppliers",
    "items",
    "invoices",
    "credit_notes",
    "sales_orders",
    "quotes",
    "delivery_notes",
    "bills",
    "accounts",
    "journals",
    "journal_entries",
    "payments",
    "bill_payments",
    "payment_terms",
    "payment_means",
    "business_areas",
    "files",
]
MissingChildren = Literal["keep", "remove"]
DeletedRows = Literal["ignore", "disable"]
# The states of the register's documents, and that of their records; those that the options of 0.1 knew. Tests compare
# them.
TargetState = Literal["draft", "open", "closed", "posted", "declined", "record"]
InvoiceStatus = Literal["draft", "closed", "posted"]
VatOption = Literal["reject", "allow"]


def _members(key: Any) -> Any:
    """A key as its members; one alone may stand for itself."""
    if isinstance(key, str):
        return [key]
    if not isinstance(key, list):
        raise ValueError("must be a field, or a list of fields")
    return key


class StreamTarget(Form):
    """What a stream is written to, where the platform does not say so itself."""

    model_config = ConfigDict(title="Stream", extra="ignore")
    stream: Annotated[
        Text,
        Field(
            title="Stream",
            description="Name of the stream, as the source calls it.",
            examples=["erp_debtors"],
            json_schema_extra={"order": 0},
        ),
    ]
    object: Annotated[
        ObjectName,
        Field(
            title="Object",
            description="What the records of the stream become in Sage Active.",
            examples=["customers"],
            json_schema_extra={"order": 1},
        ),
    ]
    key: Annotated[
        list[Text] | None,
        BeforeValidator(_members),
        Field(
            min_length=1,
            title="Matching key",
            description="The field that identifies a record in Sage Active, or a list of fields that identify it "
            "together. Leave it empty for the object's own key, which `discover` lists first: usually its code, and "
            "`document_key` for invoices. For journal entries, further members of their key.",
            examples=["code"],
            # Mostly it is one field, and then it may stand for itself.
            json_schema_extra={"order": 2, "type": ["string", "array"]},
        ),
    ] = None
    deleted_rows: Annotated[
        DeletedRows,
        Field(
            title="Rows that the source has deleted",
            description="Rows with a date or a flag in a column such as `_ab_cdc_deleted_at` or `_fivetran_deleted`. "
            "ignore: they change nothing. disable: customers and suppliers become disabled, items obsolete, "
            "accounts and journals deactivated. Only directly.",
            examples=["ignore"],
            json_schema_extra={"order": 3},
        ),
    ] = "ignore"
    missing_children: Annotated[
        MissingChildren | None,
        Field(
            title="Children that the record lacks",
            description="What an update does with children in Sage Active that the record no longer has: keep or "
            "remove them. Leave it empty to remove lines of documents and to keep addresses and contacts.",
            examples=["keep"],
            json_schema_extra={"order": 4},
        ),
    ] = None
    target_state: Annotated[
        TargetState | None,
        Field(
            title="Documents become",
            description="draft (invoices, credit notes, bills) or open (orders, quotes, delivery notes): editable. "
            "closed: locked; an invoice gets its number. posted: in accounting as well. declined: quotes only. "
            "record: what the `status` of the record says, for copies of a company. Closed, posted and record are "
            "final and need `final_acts`. Leave it empty for draft or open. Through Maesn only draft.",
            examples=["draft"],
            json_schema_extra={"order": 5},
        ),
    ] = None
    keep_numbers: Annotated[
        bool | None,
        Field(
            title="Keep document numbers",
            description="Give documents the records' own `operationalNumber`, once the draft has the amounts of its "
            "record. Needs a `target_state` that is final. Not through Maesn.",
            examples=[False],
            json_schema_extra={"order": 6},
        ),
    ] = None
    journal: Annotated[
        Text | None,
        Field(
            title="Journal",
            description="Code of the journal that documents are posted to. It must have the type that the object "
            "needs. Leave it empty if a company has only one journal of that type. Not through Maesn.",
            examples=["VT"],
            json_schema_extra={"order": 7},
        ),
    ] = None


class CompanyMapping(Form):
    """Where the records of one company go."""

    model_config = ConfigDict(title="Redirected company", extra="ignore")
    source_company_id: Annotated[
        CompanyName,
        Field(
            title="Company in the records",
            description="The value of `company_id` in the records.",
            examples=["3f0f2a52-0000-4000-8000-000000000001"],
            json_schema_extra={"order": 0},
        ),
    ]
    company_id: Annotated[
        CompanyName,
        Field(
            title="Company to write to",
            description="Id or exact name of one of the configured companies.",
            examples=["Musterfirma GmbH"],
            json_schema_extra={"order": 1},
        ),
    ]
