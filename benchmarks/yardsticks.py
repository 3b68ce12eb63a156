"""Programs that do less than the connector: what its speed is compared with.

`bare`: the script that one writes in ten minutes with requests and orjson: pages one after the other, every row decoded
and encoded again, one write for a page. `windows`: the same in eight threads over windows of creation dates. `careful`:
rows are cut out of the page as bytes, and only their key and dates are looked at. `splice`: the same without looking at
any row; the floor. `raw`: takes the bytes off the socket and throws them away; the ceiling of the server.
"""

import argparse
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode, urlsplit

import msgspec
import orjson
import requests

COMPANY: Final = "c0000000-0000-4000-8000-000000000001"
ROWS: Final = {"direct": 500, "maesn": 100}
PIECE: Final = 1 << 18
THREADS: Final = 8
# As many days as make eight pages of the prepared rows, beginning with their first day.
FIRST_DAY: Final = date(2019, 1, 1)
DAYS_PER_WINDOW: Final = 4
ROWS_PER_DAY: Final = 1000


@dataclass(frozen=True)
class Read:
    """What is read: the stream that it becomes, its root at the direct API, the members asked for, a filter."""

    stream: str
    root: str
    members: tuple[str, ...]
    where: str = ""


class _Connection(msgspec.Struct):
    nodes: list[msgspec.Raw]
    pageInfo: dict[str, Any]


class _GraphQLData(msgspec.Struct):
    page: _Connection


class _GraphQLBody(msgspec.Struct):
    data: _GraphQLData


class _RestBody(msgspec.Struct):
    meta: dict[str, Any]
    data: list[msgspec.Raw]


class _Head(msgspec.Struct):
    id: str | None = None
    invoiceId: str | None = None
    modificationDate: str | None = None
    lastModifiedDate: str | None = None
    updatedDate: str | None = None
    creationDate: str | None = None
    createdDate: str | None = None


def document(read: Read, first: int, after: str | None) -> bytes:
    """The request body for one page."""
    where = f", where: {read.where}" if read.where else ""
    query = (
        f"query($after: String) {{ page: {read.root}(first: {first}, order: [{{ creationDate: ASC }}, {{ id: ASC }}], "
        f"after: $after{where}) {{ totalCount nodes {{ {' '.join(read.members)} }} "
        "pageInfo { hasNextPage endCursor } } }"
    )
    return orjson.dumps({"query": query, "variables": {"after": after}})


def numbered(stream: str, number: int) -> str:
    """The path of one page."""
    query = {"page": number, "limit": ROWS["maesn"], "companyId": COMPANY, "environmentName": "bench"}
    return f"/accounting/{stream}?{urlencode(query)}"


# A page's rows, and what the answer says of the pages.
Page = tuple[list[Any], Mapping[str, Any]]
Decoders = Mapping[str, Callable[[bytes], Page]]


def _decoded_direct(body: bytes) -> Page:
    page = orjson.loads(body)["data"]["page"]
    return page["nodes"], page["pageInfo"]


def _decoded_maesn(body: bytes) -> Page:
    page = orjson.loads(body)
    return page["data"], page["meta"]["pagination"]


_GRAPHQL: Final = msgspec.json.Decoder(_GraphQLBody)
_REST: Final = msgspec.json.Decoder(_RestBody)


def _cut_direct(body: bytes) -> Page:
    page = _GRAPHQL.decode(body).data.page
    return page.nodes, page.pageInfo


def _cut_maesn(body: bytes) -> Page:
    page = _REST.decode(body)
    return page.data, page.meta["pagination"]


DECODED: Final[Decoders] = {"direct": _decoded_direct, "maesn": _decoded_maesn}
CUT: Final[Decoders] = {"direct": _cut_direct, "maesn": _cut_maesn}


def _pages(session: requests.Session, url: str, connection: str, read: Read, decoders: Decoders) -> Iterator[list[Any]]:
    decode = decoders[connection]
    if connection == "direct":
        after, more = None, True
        while more:
            response = session.post(f"{url}/graphql", data=document(read, ROWS[connection], after))
            response.raise_for_status()
            rows, info = decode(response.content)
            yield rows
            after, more = info["endCursor"], info["hasNextPage"]
    else:
        number = pages = 1
        while number <= pages:
            response = session.get(url + numbered(read.stream, number))
            response.raise_for_status()
            rows, info = decode(response.content)
            yield rows
            number, pages = number + 1, info["totalPages"]


Lines = Callable[[str, list[Any]], bytes]


def decoded_lines(stream: str, rows: list[Any]) -> bytes:
    """RECORD lines of decoded rows with the two columns added, encoded again."""
    emitted_at = int(time.time() * 1000)
    lines = []
    for row in rows:
        row["company_id"] = COMPANY
        changed = row.get("modificationDate") or row.get("lastModifiedDate") or row.get("updatedDate")
        # Both APIs write milliseconds, the stream microseconds.
        row["updated_at"] = (changed or row.get("creationDate") or row["createdDate"])[:-1] + "000Z"
        message = {"type": "RECORD", "record": {"stream": stream, "data": row, "emitted_at": emitted_at}}
        lines.append(orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE))
    return b"".join(lines)


_HEAD: Final = msgspec.json.Decoder(_Head)


def careful_lines(stream: str, rows: list[Any]) -> bytes:
    """RECORD lines of rows that stay bytes; key and dates are looked at. Raises `ValueError` for a key seen twice."""
    before = b'{"type":"RECORD","record":{"stream":"%s","data":' % stream.encode()
    company = b',"company_id":"%s","updated_at":"' % COMPANY.encode()
    after = b'000Z"},"emitted_at":%d}}\n' % int(time.time() * 1000)
    keys = set()
    pieces: list[Any] = []
    for row in rows:
        head = _HEAD.decode(row)
        keys.add(head.id or head.invoiceId)
        changed = (
            head.modificationDate or head.lastModifiedDate or head.updatedDate or head.creationDate or head.createdDate
        )
        if not changed:
            raise ValueError("a row without a date")
        pieces += (before, memoryview(row)[:-1], company, changed[:-1].encode(), after)
    if len(keys) != len(rows):
        raise ValueError("a key that is on a page twice")
    return b"".join(pieces)


def spliced_lines(stream: str, rows: list[Any]) -> bytes:
    """The same without looking at the rows; the date is null."""
    before = b'{"type":"RECORD","record":{"stream":"%s","data":' % stream.encode()
    after = b',"company_id":"%s","updated_at":null},"emitted_at":%d}}\n' % (COMPANY.encode(), int(time.time() * 1000))
    pieces: list[Any] = []
    for row in rows:
        pieces += (before, memoryview(row)[:-1], after)
    return b"".join(pieces)


PROGRAMS: Final[Mapping[str, tuple[Decoders, Lines]]] = {
    "bare": (DECODED, decoded_lines),
    "careful": (CUT, careful_lines),
    "splice": (CUT, spliced_lines),
}


def in_turn(program: str, url: str, connection: str, reads: Sequence[Read], out: BinaryIO) -> None:
    """Page after page, one write for each."""
    decoders, lines = PROGRAMS[program]
    with requests.Session() as session:
        for read in reads:
            for rows in _pages(session, url, connection, read, decoders):
                out.write(lines(read.stream, rows))


def windows_of(read: Read, rows: int) -> list[Read]:
    """The read of so many rows in windows of whole days; the last one has no end."""
    days = max(1, -(-rows // ROWS_PER_DAY))
    starts = [FIRST_DAY + timedelta(days=day) for day in range(0, days, DAYS_PER_WINDOW)]
    bounds = [f'gte: "{start}T00:00:00Z"' for start in starts]
    ends = [f', lt: "{start}T00:00:00Z"' for start in starts[1:]] + [""]
    return [
        Read(read.stream, read.root, read.members, f"{{ creationDate: {{ {bound}{end} }} }}")
        for bound, end in zip(bounds, ends, strict=True)
    ]


def in_windows(url: str, reads: Sequence[Read], rows: int, out: BinaryIO) -> None:
    """The bare loop in eight threads, each with a session of its own. `rows`: of each read."""
    local, writing = threading.local(), threading.Lock()

    def begin() -> None:
        local.session = requests.Session()

    def carry(read: Read) -> None:
        for page in _pages(local.session, url, "direct", read, DECODED):
            lines = decoded_lines(read.stream, page)
            with writing:
                out.write(lines)

    with ThreadPoolExecutor(THREADS, initializer=begin) as pool:
        list(pool.map(carry, [window for read in reads for window in windows_of(read, rows)]))


def raw(url: str, connection: str, read: Read, rows: int) -> None:
    """Asks for every page and drops what comes."""
    address = urlsplit(url)
    buffer = memoryview(bytearray(PIECE))
    with socket.create_connection((address.hostname or "", address.port or 80)) as wire:
        for start in range(0, rows, ROWS[connection]):
            if connection == "direct":
                body = document(read, ROWS[connection], str(start) if start else None)
                wire.sendall(b"POST /graphql HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            else:
                target = numbered(read.stream, start // ROWS[connection] + 1).encode("ascii")
                wire.sendall(b"GET %s HTTP/1.1\r\n\r\n" % target)
            received, expected = 0, None
            while expected is None or received < expected:
                size = wire.recv_into(buffer)
                if not size:
                    raise ConnectionError("the server closed the connection")
                if expected is None:
                    head = bytes(buffer[: min(size, 1024)]).split(b"\r\n\r\n", 1)[0]
                    expected = len(head) + 4 + int(head.rsplit(b"Content-Length: ", 1)[1])
                received += size


def main() -> None:
    """Runs one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=[*PROGRAMS, "windows", "raw"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--connection", choices=list(ROWS), required=True)
    parser.add_argument("--rows", type=int, required=True, help="rows of each read")
    parser.add_argument("--read", nargs=3, action="append", required=True, metavar=("STREAM", "ROOT", "MEMBERS"))
    options = parser.parse_args()
    reads = [Read(stream, root, tuple(members.split(","))) for stream, root, members in options.read]
    if options.program == "raw":
        for read in reads:
            raw(options.url, options.connection, read, options.rows)
    elif options.program == "windows":
        in_windows(options.url, reads, options.rows, sys.stdout.buffer)
    else:
        in_turn(options.program, options.url, options.connection, reads, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
