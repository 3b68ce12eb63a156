"""The configuration of the source, and the specification that Airbyte shows for it."""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sage_active.auth.oauth_spec import sign_in_button
from sage_active.config import ConnectionConfig, connection_specification
from sage_active.form import FilePath, Text
from sage_active.resources.table import RESOURCES

TITLE: Final = "Sage Active Source Spec"
_BOUNDED: Final = ", ".join(resource.name for resource in RESOURCES if resource.start_date)
DOCUMENTATION_URL: Final = "https://docs.airbyte.com/integrations/sources/sage-active"


def _path(value: str) -> str:
    if not all(value.split(".")) or "." not in value:
        raise ValueError("is not a stream and a member of it, such as customers.vatNumber")
    return value


FieldPath = Annotated[Text, AfterValidator(_path)]


class SourceConfig(ConnectionConfig):
    """What the source needs; credentials alone are complete."""

    start_date: Annotated[
        date | None,
        Field(
            title="Start date",
            description=f"Documents ({_BOUNDED}) that last changed before this day are not read. Leave it empty for "
            "everything. Master data is always read whole.",
            examples=["2024-01-01"],
            json_schema_extra={"order": 2, "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        ),
    ] = None
    reread_open_documents: Annotated[
        bool,
        Field(
            title="Read open documents again",
            description="Read documents that are not final (unpaid invoices and drafts) on every run, because payments "
            "may not move their modification date.",
            examples=[True],
            json_schema_extra={"order": 3},
        ),
    ] = True
    lookback_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=525600,
            title="Lookback (minutes)",
            description="Incremental runs begin this much before the last state, for records that become visible late. "
            "They are delivered again and deduplicated by the key.",
            examples=[60],
            json_schema_extra={"order": 4},
        ),
    ] = 60
    exclude_fields: list[FieldPath] = Field(
        default_factory=list,
        title="Excluded fields",
        description="Fields that are not read, as `stream.member` or a longer path, for example because they hold "
        "personal data. Keys, and the dates that a read depends on, cannot be excluded.",
        examples=[["customers.vatNumber", "customers.contacts.surname"]],
        json_schema_extra={"order": 5},
    )
    planned_objects: Annotated[
        Literal["refuse", "try"],
        Field(
            title="Planned objects",
            description="What happens to a stream that Maesn plans but does not offer yet. `refuse`: it fails by name. "
            "`try`: it is complete without records, with a warning, and is read as soon as Maesn offers it.",
            examples=["try"],
            json_schema_extra={"order": 6},
        ),
    ] = "refuse"
    file_contents: Annotated[
        Literal["none", "folder", "record"],
        Field(
            title="Contents of files",
            description="Where the contents of the stream files go. none: they are not read. folder: below "
            "`files_folder`; `file_path` of the records says where. record: into their `content_base64`, up to 20 MB.",
            examples=["folder"],
            json_schema_extra={"order": 8},
        ),
    ] = "none"
    invoice_pdfs: Annotated[
        Literal["none", "folder"],
        Field(
            title="PDFs of invoices",
            description="none: they are not printed. folder: each invoice that is read is printed, and its PDF is put "
            "below `files_folder`; `pdf_path` of the records says where. That is one more request for each.",
            examples=["folder"],
            json_schema_extra={"order": 9},
        ),
    ] = "none"
    files_folder: Annotated[
        FilePath | None,
        Field(
            title="Folder of files",
            description="The folder for `file_contents: folder` and `invoice_pdfs: folder`. Leave it empty in Airbyte.",
            examples=["/local/attachments"],
            json_schema_extra={"order": 80, "airbyte_hidden": True},
        ),
    ] = None
    record_ids_of: Annotated[
        list[str],
        Field(
            title="Record ids of",
            description="The streams whose records the stream `record_ids` lists. Leave it empty for all selected "
            "streams that have dates; where none of these is selected, for all of them.",
            examples=[[resource.name for resource in RESOURCES if resource.suggested]],
            json_schema_extra={"order": 7},
        ),
    ] = Field(default_factory=list)

    @model_validator(mode="after")
    def _a_folder_for_contents(self) -> Self:
        for name in ("file_contents", "invoice_pdfs"):
            if getattr(self, name) == "folder" and self.files_folder is None:
                raise ValueError(f"`{name}: folder` needs `files_folder`, the folder that files are put into")
        return self


def specification() -> dict[str, Any]:
    """The connector's specification, generated from the models. The committed spec.json equals it (tested)."""
    return {
        "documentationUrl": DOCUMENTATION_URL,
        "connectionSpecification": connection_specification(SourceConfig, TITLE),
        "supportsNormalization": False,
        "supportsDBT": False,
        "advanced_auth": sign_in_button(),
    }
