"""What a catalog may ask of objects that are declared: keys of several members, modes, and errors that name them."""

from dataclasses import replace
from typing import Any, Final

import pytest

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import Target, targets
from destination_sage_active.input.operations import mutations
from sage_active.config import validated
from sage_active.errors import SageActiveError
from sage_active.markets import DIRECT
from sage_active.resources.resource import Resource
from sage_active.writing import Operation
from unit_tests.destination.command import catalog_of
from unit_tests.destination.configurations import configuration
from unit_tests.growth.fake_objects import AREAS, BILLS, OBJECTS, ORDERS

CONFIG: Final = validated(DestinationConfig, configuration(DIRECT))


def target(resource: Resource, mode: str = "append_dedup", **more: Any) -> Target:
    """The target of a stream that is called like an object."""
    (found,) = targets(catalog_of(resource.name, mode=mode, **more), CONFIG, DIRECT, [resource]).values()
    return found


def refused(resource: Resource, mode: str = "append_dedup", **more: Any) -> str:
    """The words with which a stream is refused."""
    with pytest.raises(SageActiveError) as raised:
        target(resource, mode, **more)
    return str(raised.value)


@pytest.mark.parametrize("path", [["supplierId", "invoiceNumber"], ["invoice_number", "supplierid"]])
def test_a_matching_key_of_several_members_is_found_in_any_order_and_spelling(path: list[str]) -> None:
    members = [[member] for member in ("company_id", *path)]
    found = target(BILLS, "update", destination_object_name=BILLS.name, primary_key=members)
    assert found.key == ("supplierId", "invoiceNumber")


def test_a_part_of_a_key_is_no_key_and_the_whole_one_is_named() -> None:
    message = refused(BILLS, "update", destination_object_name=BILLS.name, primary_key=[["invoiceNumber"]])
    assert "`invoiceNumber`" in message
    assert "supplierId + invoiceNumber" in message


def test_a_document_with_a_key_needs_neither_a_number_nor_a_primary_key() -> None:
    assert target(BILLS).key is None


def test_a_document_with_a_mark_alone_needs_a_primary_key() -> None:
    assert ORDERS.direct
    unnumbered = replace(ORDERS, direct=replace(ORDERS.direct, document_keys=()))
    assert "Give the stream a primary key." in refused(unnumbered)
    assert "externalReference" in refused(ORDERS)


def test_a_document_that_nothing_identifies_is_refused_without_an_empty_list() -> None:
    assert ORDERS.direct
    nameless = replace(ORDERS, direct=replace(ORDERS.direct, document_keys=(), marker=None))
    message = refused(nameless, primary_key=[["id"]])
    assert "have no key" in message
    assert ": ." not in message


def test_what_is_only_created_is_not_updated() -> None:
    assert "append, append_dedup" in refused(AREAS, "update")
    assert mutations(CONFIG, [AREAS]) == {AREAS: (Operation.CREATE,)}


def test_rights_are_asked_for_the_acts_that_a_document_has() -> None:
    config = validated(DestinationConfig, configuration(DIRECT, invoice_status="closed"))
    # The configuration names the documents that become final.
    closed = replace(ORDERS, name="invoices")
    called = mutations(config, (*OBJECTS, closed))
    assert called[closed] == (Operation.CREATE, Operation.UPDATE, Operation.CLOSE, Operation.DELETE)
    assert called[ORDERS] == (Operation.CREATE, Operation.UPDATE, Operation.DELETE)
    assert called[BILLS] == (Operation.CREATE, Operation.UPDATE)
