"""Pages of rows that come without an id of their own: what identifies them is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from sage_active.client import Oddity, Page, RowBytes
from sage_active.odd_rows import key_of, members_of, odd_page, values_of


def keyed_page(rows: Sequence[RowBytes], key: Sequence[str], label: str) -> Page:
    """The page of these rows, without dates. A row that lacks a part of its key is delivered, and named as odd."""
    records: list[RowBytes] = []
    keys: list[str] = []
    oddities: list[Oddity] = []
    for number, row in enumerate(rows, 1):
        single, _ = odd_page([row], ("",), (), f"{label}, row {number}")
        # The first oddity of a record is about the key, which is looked at here.
        oddities += [replace(oddity, row=number) for oddity in single.oddities[1 if single.rows else 0 :]]
        if not single.rows:
            continue
        values = values_of(row)
        parts = {name: key_of(values.get(name)) for name in key}
        oddities += [
            Oddity(number, None, name, "does not identify the row") for name, part in parts.items() if part is None
        ]
        records.append(row)
        keys.append("\0".join(part or "" for part in parts.values()))
    return Page(records, keys, [None] * len(records), oddities=oddities, label=label)


def with_members(row: RowBytes, added: Mapping[str, Any]) -> RowBytes:
    """The row with members appended that it does not have; what is not an object stays as it came."""
    text = bytes(row).strip()
    if not text.startswith(b"{") or not added:
        return row
    known = members_of(row)
    members = b",".join(
        msgspec.json.encode(name) + b":" + msgspec.json.encode(value)
        for name, value in added.items()
        if name not in known
    )
    if not members:
        return row
    return msgspec.Raw(text[:-1].rstrip() + (b"," if known else b"") + members + b"}")
