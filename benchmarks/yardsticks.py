"""Programs that do less than the connector: what its speed is compared with.

`bare`: the script that one writes in ten minutes with requests and orjson: pages one after the other, every row decoded
and encoded again. `splice`: the same, but rows are cut out of the page as bytes and never looked at; the floor.
`raw`: takes the bytes off the socket and throws them away; the ceiling of the server.
"""

import argparse
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode, urlsplit

import msgspec
import orjson
import requests

COMPANY: Final = "c0000000-0000-4000-8000-000000000001"
# Stream -> root field of the GraphQL API, and some of what a document selects.
ROOTS: Final = {"customers": "customers", "suppliers": "suppliers", "items": "products", "invoices": "salesInvoices"}
SELECTED: Final = "id creationDate modificationDate code socialName"
MODIFIED: Final = ("modificationDate", "lastModifiedDate", "updatedDate")
CREATED: Final = ("creationDate", "createdDate")
ROWS: Final = {"direct": 500, "maesn": 100}
PIECE: Final = 1 << 18


class _Connection(msgspec.Struct):
    nodes: list[msgspec.Raw]
    pageInfo: dict[str, Any]


class _Page(msgspec.Struct):
    page: _Connection


class _GraphQLBody(msgspec.Struct):
    data: _Page


class _RestBody(msgspec.Struct):
    meta: dict[str, Any]
    data: list[msgspec.Raw]


def document(root: str, first: int, after: str | None) -> bytes:
    """The request body for one page."""
    query = (
        f"query($after: String) {{ page: {root}(first: {first}, order: [{{ creationDate: ASC }}, {{ id: ASC }}], "
        f"after: $after) {{ totalCount nodes {{ {SELECTED} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    return orjson.dumps({"query": query, "variables": {"after": after}})


def numbered(stream: str, number: int) -> str:
    """The path of one page."""
    query = {"page": number, "limit": ROWS["maesn"], "companyId": COMPANY, "environmentName": "bench"}
    return f"/accounting/{stream}?{urlencode(query)}"


def bare(session: requests.Session, url: str, connection: str, stream: str, out: BinaryIO) -> None:
    """Decodes every row, adds the two columns, encodes it again."""
    for rows in _decoded_pages(session, url, connection, stream):
        emitted_at = int(time.time() * 1000)
        for row in rows:
            row["company_id"] = COMPANY
            row["updated_at"] = next((row[name] for name in (*MODIFIED, *CREATED) if row.get(name)), None)
            message = {"type": "RECORD", "record": {"stream": stream, "data": row, "emitted_at": emitted_at}}
            out.write(orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE))


def _decoded_pages(session: requests.Session, url: str, connection: str, stream: str) -> Iterator[list[dict[str, Any]]]:
    if connection == "direct":
        after, more = None, True
        while more:
            response = session.post(f"{url}/graphql", data=document(ROOTS[stream], ROWS[connection], after))
            response.raise_for_status()
            page = orjson.loads(response.content)["data"]["page"]
            yield page["nodes"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    else:
        number = pages = 1
        while number <= pages:
            response = session.get(url + numbered(stream, number))
            response.raise_for_status()
            body = orjson.loads(response.content)
            yield body["data"]
            number, pages = number + 1, body["meta"]["pagination"]["totalPages"]


def splice(session: requests.Session, url: str, connection: str, stream: str, out: BinaryIO) -> None:
    """Cuts the rows out of a page and puts constant bytes around them."""
    head = b'{"type":"RECORD","record":{"stream":"%s","data":' % stream.encode()
    for rows in _cut_pages(session, url, connection, stream):
        columns = b',"company_id":"%s","updated_at":null},"emitted_at":%d}}\n' % (
            COMPANY.encode(),
            int(time.time() * 1000),
        )
        pieces: list[Any] = []
        for row in rows:
            pieces += (head, memoryview(row)[:-1], columns)
        out.write(b"".join(pieces))


def _cut_pages(session: requests.Session, url: str, connection: str, stream: str) -> Iterator[list[msgspec.Raw]]:
    if connection == "direct":
        decoder = msgspec.json.Decoder(_GraphQLBody)
        after, more = None, True
        while more:
            response = session.post(f"{url}/graphql", data=document(ROOTS[stream], ROWS[connection], after))
            page = decoder.decode(response.content).data.page
            yield page.nodes
            after, more = page.pageInfo["endCursor"], page.pageInfo["hasNextPage"]
    else:
        rest = msgspec.json.Decoder(_RestBody)
        number = pages = 1
        while number <= pages:
            body = rest.decode(session.get(url + numbered(stream, number)).content)
            yield body.data
            number, pages = number + 1, body.meta["pagination"]["totalPages"]


def raw(url: str, connection: str, stream: str, rows: int) -> None:
    """Asks for every page and drops what comes."""
    address = urlsplit(url)
    buffer = memoryview(bytearray(PIECE))
    with socket.create_connection((address.hostname or "", address.port or 80)) as wire:
        for start in range(0, rows, ROWS[connection]):
            if connection == "direct":
                body = document(ROOTS[stream], ROWS[connection], str(start) if start else None)
                wire.sendall(b"POST /graphql HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            else:
                wire.sendall(
                    b"GET %s HTTP/1.1\r\n\r\n" % numbered(stream, start // ROWS[connection] + 1).encode("ascii")
                )
            received, expected = 0, None
            while expected is None or received < expected:
                size = wire.recv_into(buffer)
                if not size:
                    raise ConnectionError("the server closed the connection")
                if expected is None:
                    head = bytes(buffer[: min(size, 1024)]).split(b"\r\n\r\n", 1)[0]
                    expected = len(head) + 4 + int(head.rsplit(b"Content-Length: ", 1)[1])
                received += size


PROGRAMS: Final[Mapping[str, Callable[[requests.Session, str, str, str, BinaryIO], None]]] = {
    "bare": bare,
    "splice": splice,
}


def main() -> None:
    """Runs one of them over the four objects."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=[*PROGRAMS, "raw"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--connection", choices=list(ROWS), required=True)
    parser.add_argument("--rows", type=int, required=True, help="rows that the server has in all")
    options = parser.parse_args()
    with requests.Session() as session:
        for stream in ROOTS:
            if options.program == "raw":
                raw(options.url, options.connection, stream, options.rows // len(ROOTS))
            else:
                PROGRAMS[options.program](session, options.url, options.connection, stream, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
