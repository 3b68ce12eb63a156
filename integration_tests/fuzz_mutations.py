"""Ways to spoil an HTTP answer: its bytes, its JSON, its types, its headers, its status."""

import base64
import html
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_plus

MEGABYTE: Final = 1 << 20
# Statuses that mean something to a client, and some that mean nothing.
STATUSES: Final = (100, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 405, 407, 408, 409, 413, 418, 421)
STATUSES_OF_SERVERS: Final = (422, 425, 429, 431, 451, 500, 501, 502, 503, 504, 511, 520, 599, 700, 999)
WINDOW_BITS: Final = {"gzip": 31, "deflate": 15}
DEEP: Final = "deep"
ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    -1,
    0,
    1,
    1.5,
    10**9,
    10**19,
    10**400,
    1e308,
    "",
    " ",
    "text",
    "x" * 10_000,
    "\u202e\u0000\u001b[31m",
    "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z",
    "2026-13-45T99:99:99Z",
    "{detail} %s {0}",
    [],
    {},
    [None],
    [[]],
    {"a": 1},
    DEEP,
)
DATES: Final = (
    "",
    "yesterday",
    "Fri, 31 Dec 9999 23:59:59 -1400",
    "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "2026-01-01",
    "\x00",
)


@dataclass(frozen=True)
class Reply:
    """An answer, not yet on its way. `framing`: how the length is told, "length", "chunked" or as it is."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    framing: str = "length"

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the answer."""
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {value}" for name, value in self.headers)]
        if self.framing == "length":
            lines.append(f"Content-Length: {len(self.body)}")
        elif self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
        yield ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        if self.framing == "chunked":
            yield b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.body), self.body) if self.body else b"0\r\n\r\n"
        else:
            yield self.body

    def having(self, *headers: tuple[str, str]) -> "Reply":
        """The same with further headers, which replace those of the same name."""
        names = {name.lower() for name, _ in headers}
        return replace(self, headers=(*(header for header in self.headers if header[0].lower() not in names), *headers))


Mutation = Callable[[Reply, Random, Sequence[str]], Reply]


def forms(secret: str) -> dict[str, str]:
    """A secret as texts may carry it."""
    return {
        "plain": secret,
        "percent": quote(secret, safe=""),
        "form": quote_plus(secret),
        "JSON": json.dumps(secret)[1:-1],
        "HTML": html.escape(secret),
        "base64": base64.b64encode(secret.encode()).decode(),
    }


# --- bytes ---


def _flipped(reply: Reply, random: Random, _: Sequence[str]) -> Reply:
    body = bytearray(reply.body)
    for _count in range(random.randint(1, 8)):
        if body:
            body[random.randrange(len(body))] = random.randrange(256)
    return replace(reply, body=bytes(body))


def _cut(reply: Reply, random: Random, _: Sequence[str]) -> Reply:
    return replace(reply, body=reply.body[: random.randint(0, len(reply.body))])


def _wrapped(reply: Reply, random: Random, _: Sequence[str]) -> Reply:
    text = reply.body
    bodies = (
        b"\xef\xbb\xbf" + text,
        text + text,
        text + b"\x00",
        b")]}',\n" + text,
        text.decode("utf-8", "replace").encode("utf-16"),
        text.replace(b'"', b"'"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<html><body>Sign in to the network</body></html>",
        bytes(random.randrange(256) for _count in range(200)),
        b" " * (9 * MEGABYTE),
        text.replace(b'":"', b'":"\\ud800', 1),
    )
    return replace(reply, body=random.choice(bodies))


# --- JSON ---


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from _paths(child, (*above, key))


def _spoilt(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    value[path[0]] = _spoilt(value[path[0]], path[1:], change)
    return value


def _written(value: Any) -> bytes:
    return json.dumps(value).replace(f'"{DEEP}"', "[" * 3000 + "]" * 3000).encode()


def _odd_value(reply: Reply, random: Random, _: Sequence[str]) -> Reply:
    try:
        value = json.loads(reply.body)
    except ValueError:
        return _flipped(reply, random, ())
    for _count in range(random.randint(1, 3)):
        # Envelopes matter more than the many members of rows.
        paths = sorted(_paths(value), key=len)
        path = random.choice(paths if random.random() < 0.5 else paths[:12])
        odd = json.dumps(random.choice(ODD_VALUES))
        value = _spoilt(value, path, partial(_instead, odd))
    return replace(reply, body=_written(value))


def _instead(odd: str, _: Any) -> Any:
    """An odd value in the place of another; a new one each time, because the next mutation may change it."""
    return json.loads(odd)


def _rearranged(reply: Reply, random: Random, _: Sequence[str]) -> Reply:
    try:
        value = json.loads(reply.body)
    except ValueError:
        return _cut(reply, random, ())
    path = random.choice(list(_paths(value)))
    kind = random.randrange(4)

    def change(old: Any) -> Any:
        if isinstance(old, list):
            return [old * 2, old[1:], [*old, None], old[::-1]][kind]
        if isinstance(old, dict):
            names = list(old)
            gone = random.choice(names) if names else ""
            rest = {name: member for name, member in old.items() if name != gone}
            return [rest, {**rest, gone.upper(): None}, list(old.values()), {"data": old}][kind]
        return [[old], {"value": old}, str(old), None][kind]

    return replace(reply, body=_written(_spoilt(value, path, change)))


def _errors(reply: Reply, random: Random, secrets: Sequence[str]) -> Reply:
    code: Any = random.choice(("HC0045", "HC0047", "HC0078", "invalid_grant", "", None, 5, {}))
    error = {
        "message": random.choice((_secret_message(random, secrets), None, 5, "", "x" * 200_000)),
        "path": random.choice(([], ["page"], ["page", "nodes", 0, "id"], [None], "page", None)),
        "extensions": random.choice(
            ({"code": code}, {"code": code, "fieldCost": 10**400, "maxFieldCost": 1}, None, [])
        ),
        "locations": random.choice(([{"line": 1, "column": 30}], [{"line": -1}], None, [None], {})),
    }
    bodies: tuple[Any, ...] = (
        {"errors": [error] * random.choice((1, 2, 20))},
        {"errors": error, "data": None},
        {"errors": [error], "data": {}},
        {"error": random.choice(("invalid_grant", "invalid_client", 5)), "error_description": error["message"]},
        {"message": error["message"], "statusCode": 400},
        {"meta": {"warnings": [error["message"]] * 50}, "data": None, "errors": [error]},
        [error],
        error["message"],
    )
    status = random.choice((200, 200, 400, 401, 500))
    return replace(reply, status=status, body=json.dumps(random.choice(bodies)).encode())


def _secret_message(random: Random, secrets: Sequence[str]) -> str:
    """Words of a server that repeats a secret, in one form or another."""
    secret = random.choice(list(secrets) or ["nothing"])
    return f"refused: {random.choice(list(forms(secret).values()))} is wrong"


# --- headers and status ---


def _odd_header(reply: Reply, random: Random, secrets: Sequence[str]) -> Reply:
    headers: tuple[tuple[tuple[str, str], ...], ...] = (
        (("Date", random.choice(DATES)),),
        (("Retry-After", random.choice((*DATES, "-1", "0", "1e9", "9" * 400))),),
        (("Content-Type", random.choice(("text/html", "", "application/json; charset=utf-16", "\x01"))),),
        (("Content-Encoding", random.choice(("gzip", "deflate", "br", "zstd", "gzip, gzip", "identity", "?"))),),
        tuple((f"X-{number}", "a" * 10) for number in range(150)),
        (("X-Long", "a" * 70_000),),
        (("Set-Cookie", "a=" + "b" * 5000),),
        (("Location", f"http://{_secret_message(random, secrets)}/"),),
        (("Not a header", ""), (" folded", "x")),
        (("Connection", "close"), ("Content-Length", random.choice(("5", "-1", "1e3", "5, 7", "9" * 30)))),
    )
    spoilt = reply.having(*random.choice(headers))
    is_framed = any(name == "Content-Length" for name, _ in spoilt.headers)
    return replace(spoilt, framing="as it is" if is_framed else random.choice(("length", "chunked", "as it is")))


def _status(reply: Reply, random: Random, secrets: Sequence[str]) -> Reply:
    bodies = (
        b"",
        b"{}",
        reply.body,
        json.dumps({"message": _secret_message(random, secrets)}).encode(),
        b"<html></html>",
    )
    status = random.choice((*STATUSES, *STATUSES_OF_SERVERS))
    spoilt = replace(reply, status=status, body=random.choice(bodies))
    if 300 <= status < 400:
        return spoilt.having(("Location", random.choice(("http://login.captive.test/", "/", "//[", ""))))
    return spoilt


def _heavy(reply: Reply, random: Random, _: Sequence[str]) -> Reply:
    encoding = random.choice(list(WINDOW_BITS))
    return replace(reply, body=_bomb(WINDOW_BITS[encoding])).having(("Content-Encoding", encoding))


@cache
def _bomb(window_bits: int) -> bytes:
    """A small body that becomes 40 MB of JSON without an end."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    blanks = b" " * MEGABYTE
    begin = compressor.compress(b'{"data":[{"id":"1","x":"')
    return begin + b"".join(compressor.compress(blanks) for _count in range(40)) + compressor.flush()


MUTATIONS: Final[Mapping[str, Mutation]] = {
    "bytes flipped": _flipped,
    "cut": _cut,
    "wrapped": _wrapped,
    "odd value": _odd_value,
    "rearranged": _rearranged,
    "errors": _errors,
    "odd header": _odd_header,
    "status": _status,
    "heavy": _heavy,
}
# JSON has the most ways to be wrong; what is heavy takes longest.
WEIGHTS: Final = (2, 2, 2, 8, 5, 4, 3, 3, 1)


def spoilt(reply: Reply, random: Random, secrets: Sequence[str]) -> tuple[str, Reply]:
    """The answer with one mutation, and the name of that."""
    (name,) = random.choices(list(MUTATIONS), WEIGHTS)
    return name, MUTATIONS[name](reply, random, secrets)
