"""Rows that stand for files: what the create calls the file and how records give it, and what leads to its content.

Source: docs/reference/files.md, "Uploads", "Links to content" and "Queries that act".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """The members that concern the file.

    `content`: of the create, the file itself; `name`, `extension`, `size`: of rows, what it is called without its
    extension, that, and its bytes; `encoded`: of records, the file in base64; `paths`: of records, where it is, by
    preference; `most_bytes`: how large it may be.
    """

    content: str
    name: str
    extension: str
    size: str
    encoded: str
    paths: tuple[str, ...]
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloading:
    """What leads to the content of a file, and where it goes.

    `link`: of rows, the path below the API's address, good for a few minutes; `name`, `extension`, `size`: of rows, as
    for `Uploading`; `path`, `encoded`: what a record gets, where the content is put into a folder or the record.
    """

    link: str
    name: str
    extension: str
    size: str
    path: str
    encoded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """How a document is printed. `kind`: what the direct connection calls it; `numbers`: the member of rows that people
    know it by, by connection; `path`: what a record gets, where the PDF is in a folder.
    """

    kind: str
    numbers: Mapping[str, str] = field(hash=False)
    path: str = "pdf_path"
