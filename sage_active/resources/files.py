"""Files: how they are uploaded, once and never changed, and how their content is read.

Source: docs/reference/files.md, "Uploads" and "Links to content".
"""

from typing import Final

from sage_active.resources.keys import Key
from sage_active.resources.rules import Rule
from sage_active.resources.uploading import Downloading, Uploading

MEGABYTES: Final = 20
UPLOADING: Final = Uploading(
    content="file",
    name="fileName",
    extension="type",
    size="size",
    encoded="content_base64",
    # The second is what the source calls it.
    paths=("path", "file_path"),
    most_bytes=MEGABYTES << 20,
)
DOWNLOADING: Final = Downloading(
    link="downloadPath",
    name=UPLOADING.name,
    extension=UPLOADING.extension,
    size=UPLOADING.size,
    path=UPLOADING.paths[-1],
    encoded=UPLOADING.encoded,
)
# The list has a filter for a part of a name, and none for sizes.
FILE_KEY: Final = Key(
    ("entityType", "entityId", "fileName", "size"), filtered=("entityType", "entityId"), most_listed=10
)
OF_FILES: Final = (
    Rule(
        path="entityType",
        test="forbidden",
        value=("AP_AUTOMATION",),
        reason="is not offered: Sage Active makes a draft bill of such a file, by reading it. Write the bill itself, "
        "or attach the file to its supplier or entry",
        code="not-offered",
    ),
    Rule(
        path="entityType",
        test="forbidden",
        value=("NONE",),
        reason="must say what the file is attached to",
        code="required",
    ),
    Rule(
        path="entityId",
        test="required",
        reason="is required: name the record that the file is attached to, by its id or by its natural key",
        code="required",
    ),
)
