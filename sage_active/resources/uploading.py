"""How rows are made of files: what the create calls the file, and how records give it.

Source: docs/reference/files.md, "Uploads".
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """The members that have to do with the file.

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
