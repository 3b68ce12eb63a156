"""A file that is to be uploaded: what it is called, how large it is, and its bytes, which are read when it is sent."""

import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

# What may follow the last dot of a name: `pdf`, `mp4`; not the year in `report.2024`.
_EXTENSION: Final = re.compile(r"(?=.*[a-z])[a-z0-9]{1,10}", re.IGNORECASE)
UNKNOWN_TYPE: Final = "application/octet-stream"


class UnreadableFileError(Exception):
    """The bytes of a file are not there, or are no longer what they were; the text says why."""


@dataclass(frozen=True, slots=True)
class Upload:
    """`name`: without `extension`, which is empty where it has none; `size`: bytes; `read`: gives them.

    `read` raises `UnreadableFileError`.
    """

    name: str
    extension: str
    size: int
    read: Callable[[], bytes] = field(repr=False, compare=False)

    @property
    def file_name(self) -> str:
        """With its extension."""
        return f"{self.name}.{self.extension}" if self.extension else self.name

    @property
    def media_type(self) -> str:
        """What its extension stands for."""
        return mimetypes.guess_type(self.file_name)[0] or UNKNOWN_TYPE


def split_name(name: str, extension: str | None = None) -> tuple[str, str]:
    """A name without its extension, and that; `extension`: what is known of it.

    Sage Active keeps names without extensions, and whether it takes them off is not documented.
    """
    text, known = name.strip(), (extension or "").strip().removeprefix(".")
    stem, dot, last = text.rpartition(".")
    if known:
        return (stem, known) if dot and stem and last.casefold() == known.casefold() else (text, known)
    return (stem, last) if dot and stem and _EXTENSION.fullmatch(last) else (text, "")
