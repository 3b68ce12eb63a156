"""Rows that are not what the contract promises: each is looked at on its own, so that it costs no other row anything.

It is delivered as it came, as long as it is a JSON object, and described in an `Oddity` for the log.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import msgspec

from sage_active.client import Oddity, Page, RowBytes
from sage_active.half_characters import without_half_characters
from sage_active.moments import normalize_utc
from sage_active.nesting import DEEPEST, folded

# Whatever a decoder raises for one row: another shape, text that is not JSON, nesting, a number that nothing holds.
UNREADABLE_ROW: Final = (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError)
# Longer values would fill the log, and say no more.
LONGEST_VALUE: Final = 40
# A longer number is not a key of anything.
MOST_DIGITS: Final = 20
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VALUES: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_VALUE: Final = msgspec.json.Decoder(float_hook=Decimal)
# What a value is called, by its first byte; everything else begins a number.
_KINDS: Final[Mapping[bytes, str]] = {
    b"{": "an object",
    b"[": "a list",
    b'"': "a text",
    b"t": "true",
    b"f": "false",
    b"n": "null",
}


@dataclass(frozen=True, slots=True)
class OddRow:
    """What could be read of a row: its key or what stands for it, its dates by member, and what is odd about it.

    `dates` are by preference.
    """

    key: str
    dates: Mapping[str, str | None]
    oddities: Sequence[Oddity]
    is_record: bool = True

    @property
    def updated_at(self) -> str | None:
        """The first date that is there; None if it cannot be read, because the next one means something else."""
        unreadable = {oddity.field for oddity in self.oddities}
        return next((date for name, date in self.dates.items() if date or name in unreadable), None)


def members_of(row: RowBytes) -> Mapping[str, msgspec.Raw]:
    """The members of a row as bytes, deep values folded. Raises one of `UNREADABLE_ROW` for what is not an object."""
    try:
        return _MEMBERS.decode(row)
    except msgspec.ValidationError:
        raise
    except UNREADABLE_ROW:
        return _MEMBERS.decode(without_half_characters(folded(bytes(row))))


def values_of(row: RowBytes) -> dict[str, Any]:
    """The values of a row, numbers exact. Members that cannot be read are left out, all if it is not an object.

    >>> values_of(msgspec.Raw(b'{"code": "10200", "discount": 1.10}'))
    {'code': '10200', 'discount': Decimal('1.10')}
    """
    try:
        return _VALUES.decode(row)
    except UNREADABLE_ROW:
        pass
    try:
        members = members_of(row)
    except UNREADABLE_ROW:
        return {}
    values: dict[str, Any] = {}
    for name, raw in members.items():
        try:
            values[name] = _VALUE.decode(raw)
        except UNREADABLE_ROW:
            continue
    return values


def key_of(value: Any) -> str | None:
    """The text of a value that identifies a row: text that is not empty, or a whole number; None for another one."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, Decimal) and value.adjusted() < MOST_DIGITS and value == value.to_integral_value():
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def odd_page(
    rows: Sequence[RowBytes], keys: Sequence[str], dates: Sequence[str], label: str
) -> tuple[Page, Sequence[OddRow]]:
    """A page with at least one odd row, and what was read of each row.

    `keys`: the members that may identify a row, the first usable one counts; `dates`: those that date it, by
    preference; `label`: tells the page from all others of a read.
    """
    alike: Counter[bytes] = Counter()
    found = [_examined(row, number, keys, dates, label, alike) for number, row in enumerate(rows, 1)]
    records = [number for number, odd in enumerate(found) if odd.is_record]
    others = [odd.key for odd in found if not odd.is_record]
    page = Page(
        [rows[number] for number in records],
        [*(found[number].key for number in records), *others],
        [found[number].updated_at for number in records],
        oddities=[oddity for odd in found for oddity in odd.oddities],
    )
    return page, found


def _examined(
    row: RowBytes, number: int, keys: Sequence[str], dates: Sequence[str], label: str, alike: Counter[bytes]
) -> OddRow:
    try:
        members = members_of(row)
    except UNREADABLE_ROW:
        problem = f"is {_kind(bytes(row).lstrip())} instead of a record"
        oddity = Oddity(number, None, "", problem, "it cannot be delivered")
        return OddRow(f"\0{label} {number}", {}, [oddity], is_record=False)
    key = next(filter(None, (_key(members.get(name)) for name in keys)), None)
    oddities = [] if key else [Oddity(number, None, keys[0], _as_key(members.get(keys[0])))]
    moments: dict[str, str | None] = {}
    for name in dates:
        raw = members.get(name, msgspec.Raw(b"null"))
        try:
            moments[name] = normalize_utc(msgspec.json.decode(raw, type=str | None))
        except UNREADABLE_ROW:
            # The next date means something else: it does not take the place of one that cannot be read.
            undated = "" if any(moments.values()) else ", and its `updated_at` is null"
            problem, consequence = f"is {_readable(raw)}, which is not a date", f"it is delivered as it came{undated}"
            oddities.append(Oddity(number, key, name, problem, consequence))
            moments[name] = None
    if _is_deep(row):
        oddities.append(Oddity(number, key, "", f"is nested more than {DEEPEST} levels deep"))
    return OddRow(key or _stand_in(row, alike), moments, oddities)


def _stand_in(row: RowBytes, alike: Counter[bytes]) -> str:
    """What counts for a row without a key: its content, so that one that is delivered twice still counts once."""
    digest = sha256(row).digest()
    alike[digest] += 1
    return f"\0{digest.hex()} {alike[digest]}"


def _key(raw: msgspec.Raw | None) -> str | None:
    try:
        return None if raw is None else key_of(_VALUE.decode(without_half_characters(bytes(raw))))
    except UNREADABLE_ROW:
        return None


def _is_deep(row: RowBytes) -> bool:
    try:
        _MEMBERS.decode(row)
    except RecursionError:
        return True
    except UNREADABLE_ROW:
        return False
    return False


def _as_key(raw: msgspec.Raw | None) -> str:
    """Why a member does not identify a row."""
    if raw is None:
        return "is missing"
    return "is empty" if bytes(raw) == b'""' else f"is {_kind(bytes(raw))}"


def _kind(value: bytes) -> str:
    return _KINDS.get(value[:1], "a number")


def _readable(raw: msgspec.Raw) -> str:
    """A value as a message shows it: itself if it is short and printable, else what kind of value it is."""
    text = bytes(raw)
    try:
        value = msgspec.json.decode(text)
    except UNREADABLE_ROW:
        return _kind(text)
    if isinstance(value, str):
        printable = value if value.isprintable() else ascii(value)[1:-1]
        return repr(printable) if len(printable) <= LONGEST_VALUE else f"a text of {len(value)} characters"
    is_short = len(text) <= LONGEST_VALUE and not isinstance(value, dict | list)
    return text.decode() if is_short else _kind(text)
