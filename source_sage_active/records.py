"""Pages as RECORD lines: the API's own bytes, with the connector's two columns appended.

Number text, nulls and the order of members stay as they came; nothing of a row is decoded for this.
"""

import json
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final

import msgspec
import orjson
from airbyte_cdk.models import AirbyteMessage, AirbyteRecordMessage, Type

from sage_active.client import OWN_COLUMNS, Page, RowBytes
from sage_active.nesting import folded, unfolded

_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_OWN_NAMES: Final = tuple(f'"{column}"'.encode() for column in OWN_COLUMNS)
# A member's name may be written with escapes.
_ESCAPE: Final = b"\\u00"
LONGEST_INTEGER: Final = 4000
# Raw line ends can only be insignificant white space in JSON; a RECORD must stay on one line.
_LINE_ENDS: Final = bytes.maketrans(b"\r\n", b"  ")


class PageMessage(AirbyteMessage):
    """A page on its way through the CDK's queue: the finished RECORD lines of one stream in one company.

    It is an `AirbyteMessage` so that the queue hands it on unopened. `size`: the bytes of its lines, also when they
    have been taken out.
    """

    def __init__(self, stream: str, company_id: str | None, page: Page) -> None:
        super().__init__(type=Type.RECORD)
        self.stream = stream
        # Rows of no company have a state nevertheless: under the empty name, which no company has.
        self.company_id = company_id or ""
        self.latest = max(filter(None, (*page.dates, page.latest_child)), default=None)
        self.count = len(page.rows)
        self.lines = record_lines(stream, company_id, page, time.time_ns() // 1_000_000)
        self.size = len(self.lines)

    def taken(self) -> bytes:
        """The lines, once: the framework holds a message until its thread has the next one."""
        lines, self.lines = self.lines, b""
        return lines

    def messages(self) -> Iterator[AirbyteMessage]:
        """The page as ordinary messages, for programs that read in process."""
        for line in BytesIO(self.taken()):
            record = _message(line)["record"]
            yield AirbyteMessage(type=Type.RECORD, record=AirbyteRecordMessage(**record))


def _message(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        # JSON has numbers that no double holds, such as 1e999; one of them must not end a read.
        return json.loads(folded(line, _as_text), parse_int=_integer)


def _as_text(value: bytes) -> bytes:
    """A value that is nested too deeply for Python objects, as the text that it came as."""
    return orjson.dumps(value.decode())


def _integer(digits: str) -> int | float:
    """Python refuses to make an integer of thousands of digits."""
    return int(digits) if len(digits) < LONGEST_INTEGER else float(digits)


def record_lines(stream: str, company_id: str | None, page: Page, emitted_at: int) -> bytes:
    """The RECORD lines of a page, each with its line end."""
    if page.clashing is not None and not page.clashing:
        lines = _lines(stream, company_id, [memoryview(row)[:-1] for row in page.rows], page, emitted_at)
        # Nearly all pages are finished here; only rows that are not compact have line ends of their own.
        if b"\r" not in lines and _has_lines(lines, len(page.rows)):
            return lines
    lines = _lines(stream, company_id, [_opened(row) for row in page.rows], page, emitted_at)
    # Before the comma of a row that has lost all its members; in text, the quotes would be escaped.
    return lines.replace(b'"data":{,', b'"data":{')


def _lines(
    stream: str, company_id: str | None, opened: Sequence[bytes | memoryview], page: Page, emitted_at: int
) -> bytes:
    """The lines of rows from which the closing brace was taken."""
    head = b'{"type":"RECORD","record":{"stream":' + orjson.dumps(stream) + b',"data":'
    company = b',"company_id":' + orjson.dumps(company_id) + b"," + orjson.dumps(page.date_column) + b":"
    tail = b'},"emitted_at":' + str(emitted_at).encode() + b"}}\n"
    dated, undated, after = company + b'"', company + b"null" + tail, b'"' + tail
    pieces: list[bytes | memoryview] = []
    for row, date in zip(opened, page.dates, strict=True):
        if date:
            pieces += (head, row, dated, date.encode(), after)
        else:
            pieces += (head, row, undated)
    return b"".join(pieces)


def _has_lines(content: bytes, number: int) -> bool:
    """Whether there are so many line ends. Goes from one to the next, which is far quicker than counting them."""
    at = 0
    for _ in range(number):
        at = content.find(b"\n", at) + 1
        if not at:
            return False
    return at == len(content)


def _opened(raw: RowBytes) -> bytes:
    """A row on one line, without the connector's columns and without its closing brace."""
    row = bytes(raw)
    if _ESCAPE in row or any(name in row for name in _OWN_NAMES):
        row = _without_own_columns(row)
    return row.translate(_LINE_ENDS).rstrip()[:-1].rstrip()


def _without_own_columns(raw: bytes) -> bytes:
    """The row without members that are called like the connector's columns: one key must not appear twice."""
    try:
        members = _MEMBERS.decode(raw)
    except RecursionError:
        return unfolded(_without_own_columns(folded(raw)))
    if not any(name in members for name in OWN_COLUMNS):
        return raw
    return msgspec.json.encode({name: value for name, value in members.items() if name not in OWN_COLUMNS})
