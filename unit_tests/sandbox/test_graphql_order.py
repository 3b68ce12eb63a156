"""The argument `order`."""

from typing import Any


def nodes(api: Any, field: str, order: str, selection: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.data(f"{{{field}(first:500,order:{order}){{nodes{{{selection}}}}}}}")["nodes"]
    return found


def test_rows_are_sorted_with_nulls_first(api: Any) -> None:
    dates = [
        node["modificationDate"] for node in nodes(api, "customers", "[{modificationDate:ASC}]", "modificationDate")
    ]
    empty = dates.count(None)
    assert 0 < empty < len(dates)
    assert dates[:empty] == [None] * empty
    assert dates[empty:] == sorted(dates[empty:])
    falling = [
        node["modificationDate"] for node in nodes(api, "customers", "{modificationDate:DESC}", "modificationDate")
    ]
    assert falling == dates[::-1]


def test_several_keys_in_their_order(api: Any) -> None:
    rows = nodes(api, "salesInvoices", "[{status:DESC},{totalNet:ASC}]", "status totalNet")
    by_total = sorted(rows, key=lambda node: node["totalNet"])
    assert rows == sorted(by_total, key=lambda node: node["status"], reverse=True)


def test_order_through_loaders(api: Any) -> None:
    rows = nodes(api, "salesInvoices", "[{customer:{code:ASC}},{id:ASC}]", "id customer{code}")
    assert rows == sorted(rows, key=lambda node: (node["customer"]["code"], node["id"]))


def test_without_order_rows_come_as_they_were_stored(api: Any) -> None:
    rows = api.data("{products(first:500){nodes{id}}}")["nodes"]
    assert [node["id"] for node in rows] == [row["id"] for row in api.rows("Product")]
