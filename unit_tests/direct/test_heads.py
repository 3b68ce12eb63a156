"""What is decoded of a row."""

import msgspec
import pytest

from sage_active.direct.contract import Contract
from sage_active.direct.heads import Heads

HEADS = Heads(Contract().fields("Customer"))


def rows(*texts: str) -> list[msgspec.Raw]:
    """Rows as bytes."""
    return [msgspec.Raw(text.encode()) for text in texts]


def test_rows_stay_bytes() -> None:
    texts = (
        '{"id":"1","creationDate":"2026-01-01T00:00:00Z","total":1.50}',
        '{"id":"2","creationDate":"2026-01-02T00:00:00Z","modificationDate":"2026-01-03T00:00:00Z"}',
        '{"id":"3","creationDate":null,"modificationDate":"0001-01-01T00:00:00"}',
        '{"id":"4","unknown":{"deep":[1]}}',
    )
    page, earliest = HEADS.page(rows(*texts))
    assert [bytes(row).decode() for row in page.rows] == list(texts)
    assert list(page.keys) == ["1", "2", "3", "4"]
    assert list(page.dates) == ["2026-01-01T00:00:00.000000Z", "2026-01-03T00:00:00.000000Z", None, None]
    assert earliest == "2026-01-01T00:00:00.000000Z"


def test_the_earliest_of_rows_without_dates() -> None:
    undated = '{"id":"1","creationDate":"0001-01-01T00:00:00"}'
    assert HEADS.page(rows(undated))[1] is None
    assert HEADS.page(rows(undated, '{"id":"2","creationDate":"2026-01-02T00:00:00Z"}'))[1] is not None
    assert HEADS.page([])[1] is None


def test_the_latest_date_is_that_of_any_owned_child() -> None:
    email = '{"id":"e","creationDate":"2026-02-01T00:00:00Z","modificationDate":"2026-03-01T10:00:00.5Z"}'
    text = (
        '{"id":"1","creationDate":"2026-01-01T00:00:00Z","modificationDate":"2026-01-02T00:00:00Z",'
        f'"addresses":[null,{{"creationDate":"2026-01-05T00:00:00Z"}}],"contacts":[{{"id":"c","emails":[{email}]}}]}}'
    )
    page, _ = HEADS.page(rows(text))
    assert page.latest_child == "2026-03-01T10:00:00.500000Z"
    assert list(page.dates) == ["2026-01-02T00:00:00.000000Z"]


def test_a_child_of_an_odd_shape_does_not_end_the_read() -> None:
    odd = '{"id":"1","creationDate":"2026-01-01T00:00:00Z","addresses":"none","contacts":[{"creationDate":7}]}'
    page, _ = HEADS.page(rows(odd))
    assert list(page.keys) == ["1"]
    assert page.latest_child is None


@pytest.mark.parametrize("odd", ['""', "null", '"soon"', '"0001-01-01T00:00:00"'])
def test_a_child_whose_date_says_nothing_does_not_end_the_read(odd: str) -> None:
    plain = '{"id":"1","addresses":[{"creationDate":%s,"modificationDate":%s}]}'
    page, _ = HEADS.page(rows(plain % (odd, odd)))
    assert (list(page.keys), page.latest_child) == (["1"], None)
    page, _ = HEADS.page(rows(plain % ('"2026-01-05T00:00:00Z"', odd)))
    assert (list(page.keys), page.latest_child) == (["1"], "2026-01-05T00:00:00.000000Z")


def test_dates_of_references_do_not_count() -> None:
    heads = Heads(Contract().fields("Product"))
    page, _ = heads.page(rows('{"id":"1","taxes":[{"creationDate":"2026-01-01T00:00:00Z"}]}'))
    assert page.latest_child is None


def test_members_called_like_the_connectors_columns_are_reported() -> None:
    texts = (
        '{"id":"1"}',
        '{"id":"2","company_id":null}',
        '{"id":"3","updated\\u005fat":1}',
        '{"id":"4","x":{"company_id":1}}',
    )
    page, _ = HEADS.page(rows(*texts))
    assert page.clashing == [1, 2]


def test_children_of_other_rows_count_beside_a_child_of_an_odd_shape() -> None:
    odd = '{"id":"1","creationDate":"2026-01-01T00:00:00Z","updated_at":1,"addresses":"none"}'
    whole = '{"id":"2","creationDate":"2026-01-01T00:00:00Z","addresses":[{"creationDate":"2026-01-05T00:00:00Z"}]}'
    page, _ = HEADS.page(rows(odd, whole))
    assert page.latest_child == "2026-01-05T00:00:00.000000Z"
    assert page.clashing == [0]
