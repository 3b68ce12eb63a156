"""Multipart requests that carry files: the parts `operations`, `map`, and one for each file.

Source: docs/reference/files.md, "Uploads".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sage_active_sandbox.graphql_api.engine import decode_body

BOUNDARY: Final = re.compile(r'multipart/form-data;.*?boundary="?([^";]+)"?', re.IGNORECASE | re.DOTALL)
NAME: Final = re.compile(r'[; ]name="([^"]*)"')
FILE_NAME: Final = re.compile(r'[; ]filename="([^"]*)"')
MEDIA_TYPE: Final = re.compile(r"^content-type:\s*([^\r\n;]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One part: a value, or a file where it has a ``file_name``."""

    name: str
    content: bytes
    file_name: str | None
    media_type: str


def is_multipart(content_type: str) -> bool:
    """Whether a request says that its body has parts."""
    return BOUNDARY.match(content_type) is not None


def operations_of(content_type: str, body: bytes) -> bytes:
    """The JSON of the part `operations`, without any file; empty where there is none."""
    return next((part.content for part in _parts(content_type, body) if part.name == "operations"), b"")


def decode_multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """The decoded operation, with its files where the part `map` wants them; ValueError for anything else."""
    parts = {part.name: part for part in _parts(content_type, body)}
    if not {"operations", "map"} <= parts.keys():
        raise ValueError("a part is missing")
    operation = decode_body(parts["operations"].content)
    for name, paths in decode_body(parts["map"].content).items():
        if name not in parts or not isinstance(paths, list):
            raise ValueError("the map names a part that is missing")
        for path in paths:
            _put(operation, str(path).split("."), parts[name])
    return operation


def _put(target: Any, steps: list[str], part: Part) -> None:
    """Puts a file where there is a null so far."""
    for step in steps[:-1]:
        target = target.get(step) if isinstance(target, dict) else None
    if not isinstance(target, dict) or target.get(steps[-1], part) is not None:
        raise ValueError("the map leads to something that is not null")
    target[steps[-1]] = part


def _parts(content_type: str, body: bytes) -> Iterator[Part]:
    found = BOUNDARY.match(content_type)
    delimiter = b"\r\n--" + (found[1].encode() if found else b"")
    for piece in (b"\r\n" + body).split(delimiter)[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        headers = head.strip().decode("utf-8", "replace")
        name, file_name, media_type = NAME.search(headers), FILE_NAME.search(headers), MEDIA_TYPE.search(headers)
        if name:
            yield Part(
                name[1], content, file_name[1] if file_name else None, media_type[1].strip() if media_type else ""
            )
