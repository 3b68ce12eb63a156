"""Look-ups on servers that refuse something: a member, a size, a cursor."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sage_active.direct.answers import GraphQLRefusal
from sage_active.direct.writing import DirectWriter
from sage_active.writing import Reference
from unit_tests.direct.direct_writing import COMPANY, direct_writer, documents, graphql, page
from unit_tests.loopback import Loopback, Reply, json_reply

PRODUCT = Reference("Product", ("code",), ())
ACCOUNT = Reference("AccountingAccount", ("code",), ())


@pytest.fixture
def writer(loopback: Loopback) -> Iterator[DirectWriter]:
    """A writer that speaks to the scripted server."""
    with direct_writer(loopback) as writer:
        yield writer


def refused(message: str, **extensions: Any) -> Reply:
    """An answer with one error."""
    return json_reply({"errors": [{"message": message, "extensions": extensions}]}, 400)


@pytest.mark.parametrize("name", ["code", "salesVatPercentage"])
def test_a_member_that_tells_entities_apart_is_not_left_out(
    loopback: Loopback, writer: DirectWriter, name: str
) -> None:
    """Without it every reference would be unknown, or taken for another one."""

    def answering(query: str, _: dict[str, Any]) -> Reply:
        if re.search(rf"\b{name}\b(?!:)", query):
            return refused(f"The field `{name}` does not exist on the type `Product`.", type="Product", field=name)
        return page([{"id": "r1", "code": "K"}])

    loopback.script(graphql(answering))
    with pytest.raises(GraphQLRefusal, match=name):
        writer.resolve(COMPANY, PRODUCT, [("K",)])
    assert len(documents(loopback)) == 1


def test_the_size_of_pages_is_learned_once(loopback: Loopback, writer: DirectWriter) -> None:
    def answering(query: str, _: dict[str, Any]) -> Reply:
        if int(re.findall(r"first: (\d+)", query)[0]) > 250:
            return refused("The maximum allowed field cost was exceeded.", code="HC0047", fieldCost=2, maxFieldCost=1)
        return page([{"id": "r1", "code": {"value": "4400"}}])

    loopback.script(graphql(answering))
    assert writer.resolve(COMPANY, ACCOUNT, [("4400",)])["4400",].id == "r1"
    assert len(documents(loopback)) == 2
    writer.resolve(COMPANY, ACCOUNT, [("4400",)], fresh=True)
    assert len(documents(loopback)) == 3


def test_a_refused_cursor_means_the_list_again(loopback: Loopback, writer: DirectWriter) -> None:
    first = page([{"id": "r1", "code": "K"}], cursor="a", more=True, total=2)
    stale = refused("The cursor is invalid.", code="HC0078")
    loopback.script(first, stale, first, page([{"id": "r2", "code": "L"}], total=2))
    found = writer.resolve(COMPANY, PRODUCT, [("K",), ("L",)])
    assert [entity.id for entity in found.values()] == ["r1", "r2"]
