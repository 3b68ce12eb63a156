"""Lines of documents that come from lines of earlier ones (docs/reference/documents.md, "Links between documents")."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOrigins:
    """How a line names the line that it comes from, and how that one says whether it is used up.

    `lines`: the list of both documents; `kind`, `document`, `line`: members of a line that name the kind of its origin,
    and the ids of document and line there; `objects`: the objects by their kind; `status`, `used_up`: the member of the
    line there that tells, and its value; kinds whose lines do not have it do not tell.
    """

    lines: str
    kind: str
    document: str
    line: str
    status: str
    used_up: str
    objects: Mapping[str, str] = field(hash=False)
