"""Rows without members that are not wanted: Maesn sends all of them, so they are taken out of what has come."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from sage_active.client import Page, RowBytes
from sage_active.nesting import unfolded
from sage_active.odd_rows import members_of
from sage_active.resources.omission import omitted_below

_ELEMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def without_omitted(page: Page, omit: frozenset[str]) -> Page:
    """The page with rows that lack these members; all other values stay byte for byte."""
    return replace(page, rows=[_row(row, omit) for row in page.rows]) if omit else page


def _row(row: RowBytes, omit: frozenset[str]) -> RowBytes:
    return msgspec.Raw(unfolded(msgspec.json.encode(_kept(members_of(row), omit))))


def _kept(members: Mapping[str, msgspec.Raw], omit: frozenset[str]) -> dict[str, msgspec.Raw]:
    return {name: _value(raw, omitted_below(omit, name)) for name, raw in members.items() if name not in omit}


def _value(raw: msgspec.Raw, omit: frozenset[str]) -> msgspec.Raw:
    if not omit:
        return raw
    kind = bytes(raw)[:1]
    if kind == b"{":
        return msgspec.Raw(msgspec.json.encode(_kept(members_of(raw), omit)))
    if kind == b"[":
        return msgspec.Raw(msgspec.json.encode(list(map(partial(_value, omit=omit), _ELEMENTS.decode(raw)))))
    return raw
