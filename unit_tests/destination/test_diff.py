"""What counts as a difference, and which child of a record is which child in Sage Active."""

from decimal import Decimal
from typing import Any

import pytest

from destination_sage_active.plan.diff import DELETE, Rules, new, patch
from sage_active.writing import FieldKind, Writable
from unit_tests.destination.write_memory import INVOICES, model_of

CUSTOMERS = model_of("customers")
REMOVE = Rules(remove_missing=True)
KEEP = Rules(remove_missing=False)


def one(kind: FieldKind, sent: Any, has: Any, **rules: Any) -> bool:
    """Whether a value differs."""
    return bool(patch((Writable("x", kind),), {"x": sent}, {"x": has}, Rules(**rules)).changed)


def addresses(sent: list[dict[str, Any]], has: list[dict[str, Any]], rules: Rules = REMOVE) -> Any:
    """The commands about a customer's addresses."""
    complete = dict.fromkeys(
        ("countryId", "countryIsoCodeAlpha2", "name", "firstLine", "city", "zipCode", "isDefaultDeliveryAddress")
    )
    return patch(
        CUSTOMERS.fields, {"addresses": sent}, {"addresses": [{**complete, **row} for row in has]}, rules
    ).values.get("addresses")


def lines(sent: list[dict[str, Any]], has: list[dict[str, Any]], rules: Rules | None = None) -> Any:
    """The commands about an invoice's lines."""
    complete = dict.fromkeys(("productId", "productCode", "productName", "unitPrice", "totalQuantity"))
    rows = [{**complete, **row} for row in has]
    return patch(INVOICES.fields, {"lines": sent}, {"lines": rows}, rules or KEEP).values.get("lines")


# --- values ---


@pytest.mark.parametrize(
    ("kind", "sent", "has"),
    [
        (FieldKind.TEXT, "", None),
        (FieldKind.TEXT, None, " "),
        (FieldKind.TEXT, " a\r\nb ", "a\nb"),
        (FieldKind.NUMBER, Decimal("19.9900"), Decimal("19.99")),
        (FieldKind.NUMBER, 0, None),
        (FieldKind.NUMBER, None, Decimal("0.00")),
        (FieldKind.INTEGER, 3, Decimal("3")),
        (FieldKind.FLAG, None, False),
        (FieldKind.ID, "ABC", "abc"),
        (FieldKind.DAY, "2026-01-31", "2026-01-31T00:00:00Z"),
        (FieldKind.DAY, "2026-01-31T13:00:00", "2026-01-31T00:00:00.000+00:00"),
        (FieldKind.DAY, None, "0001-01-01T00:00:00"),
        (FieldKind.MOMENT, "2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00Z"),
    ],
)
def test_what_is_the_same(kind: FieldKind, sent: Any, has: Any) -> None:
    assert not one(kind, sent, has)


@pytest.mark.parametrize(
    ("kind", "sent", "has"),
    [
        (FieldKind.TEXT, "a", "A"),
        (FieldKind.TEXT, None, "a"),
        (FieldKind.NUMBER, Decimal("0.01"), None),
        (FieldKind.NUMBER, Decimal("1E+400"), Decimal("1E+399")),
        (FieldKind.FLAG, True, None),
        (FieldKind.DAY, "2026-02-01", "2026-01-31T00:00:00Z"),
        (FieldKind.MOMENT, None, "2026-01-31T09:00:00Z"),
        (FieldKind.CHOICE, "MR", "MISS"),
    ],
)
def test_what_is_different(kind: FieldKind, sent: Any, has: Any) -> None:
    assert one(kind, sent, has)


def test_what_the_api_may_not_give_back_is_not_a_difference() -> None:
    assert one(FieldKind.TEXT, "a", None)
    assert not one(FieldKind.TEXT, "a", None, nulls_are_unknown=True)
    assert one(FieldKind.TEXT, "a", "b", nulls_are_unknown=True)
    fields = (Writable("x", FieldKind.TEXT), Writable("y", FieldKind.TEXT, returned=False))
    assert not patch(fields, {"x": "a", "y": "b"}, {"y": None}, Rules()).changed


def test_an_object_is_sent_whole_when_a_part_differs() -> None:
    fields = INVOICES.fields
    sent = {"mainAddress": {"city": "Köln", "zipCode": "50667"}}
    assert patch(fields, sent, {"mainAddress": {"city": "Bonn", "zipCode": "50667"}}, Rules()).values == sent
    assert not patch(fields, sent, {"mainAddress": {"city": "Köln", "zipCode": "50667", "name": "x"}}, Rules()).changed
    assert patch(fields, sent, {"mainAddress": None}, Rules()).values == sent


# --- children ---


def test_children_are_recognised_by_id_then_content_then_identity() -> None:
    has = [
        {"id": "1", "name": "Office", "city": "Köln"},
        {"id": "2", "name": "Store", "city": "Bonn"},
        {"id": "3", "name": "Office", "city": "Kiel"},
    ]
    assert addresses(has, has) is None
    # The order says nothing, and equal content comes before an equal name.
    sent = [{"name": "Office", "city": "Kiel"}, {"name": "Store", "city": "Trier"}, {"name": "Office", "city": "Ulm"}]
    assert addresses(sent, has) == [{"id": "2", "city": "Trier"}, {"id": "1", "city": "Ulm"}]
    assert addresses([{"id": "3", "name": "Depot", "city": "Kiel"}], has, Rules()) == [{"id": "3", "name": "Depot"}]


def test_children_that_the_record_lacks_are_kept_or_removed() -> None:
    has = [{"id": "1", "name": "A", "city": "Köln"}, {"id": "2", "name": "B", "city": "Bonn"}]
    assert addresses(has[:1], has, Rules()) is None
    assert addresses(has[:1], has) == [{"id": "2", **DELETE}]
    assert addresses([], has, Rules()) is None
    assert addresses([{"name": "C"}], has) == [{"name": "C"}, {"id": "1", **DELETE}, {"id": "2", **DELETE}]
    assert patch(CUSTOMERS.fields, {"contacts": None}, {"contacts": [{"id": "1"}]}, REMOVE).changed == []


def test_children_of_children_are_patched_within_their_own_parent() -> None:
    has: list[dict[str, Any]] = [
        {"id": "1", "name": "Eva", "surname": "Muster", "emails": [{"id": "e1", "emailAddress": "x@example.com"}]},
        {"id": "2", "name": "Jan", "surname": "Muster", "emails": [{"id": "e2", "emailAddress": "y@example.com"}]},
    ]
    complete: dict[str, Any] = {"emails": [], "phones": [], "socialMedias": [], "usage": None}
    rows = [{**complete, **row, "emails": [{"usage": None, **email} for email in row["emails"]]} for row in has]
    sent = [
        {"name": "Jan", "surname": "Muster", "emails": [{"emailAddress": "x@example.com"}]},
        {"name": "Eva", "surname": "Muster", "emails": [{"emailAddress": "x@example.com", "usage": "INVOICES"}]},
    ]
    patched = patch(CUSTOMERS.fields, {"contacts": sent}, {"contacts": rows}, REMOVE).values["contacts"]
    assert patched == [
        {"id": "2", "emails": [{"emailAddress": "x@example.com"}, {"id": "e2", **DELETE}]},
        {"id": "1", "emails": [{"id": "e1", "usage": "INVOICES"}]},
    ]


def test_of_children_with_equal_content_the_one_with_the_same_name_is_meant() -> None:
    has: list[dict[str, Any]] = [
        {"id": "1", "name": "Office", "city": "Köln"},
        {"id": "2", "name": None, "city": "Köln"},
    ]
    # The first one of the record would fit both.
    assert addresses([{"city": "Köln"}, {"name": "Office", "city": "Köln"}], has) is None


def test_lines_are_recognised_by_product_then_by_place() -> None:
    has = [
        {"id": "1", "productCode": "A", "unitPrice": 1},
        {"id": "2", "productCode": "B", "unitPrice": 2},
        {"id": "3", "productCode": "B", "unitPrice": 3},
    ]
    changed = [
        {"productCode": "A", "unitPrice": 1},
        {"productCode": "B", "unitPrice": 3},
        {"productCode": "B", "unitPrice": 9},
    ]
    assert lines(changed, has) == [{"id": "2", "unitPrice": 9}]
    replaced = [{"productCode": "C", "unitPrice": 1}, *changed[1:2], {"productCode": "B", "unitPrice": 2}]
    # What is kept is not overwritten; what is to go leaves nothing of its product behind.
    assert lines(replaced, has) == [{"productCode": "C", "unitPrice": 1}]
    for rules in (REMOVE, Rules()):
        assert lines(replaced, has, rules) == [{"productCode": "C", "unitPrice": 1}, {"id": "1", **DELETE}]
    # It keeps its place where the record says all that the API would have filled in.
    texts = {"productName": "c", "unitOfMeasurementId": "u"}
    rows = [{**row, "productName": "a", "unitOfMeasurementId": "t"} for row in has]
    complete = [{**texts, **replaced[0]}, *replaced[1:]]
    assert lines(complete, rows, REMOVE) == [{"id": "1", "productCode": "C", **texts}]
    assert lines(replaced, [*has, {"id": "4", "productCode": "C", "unitPrice": 1}]) is None
    more = [*has, {"productCode": "A", "unitPrice": 1}]
    assert lines(more, has) == [{"productCode": "A", "unitPrice": 1}]


def test_a_line_that_names_its_product_by_id_alone_is_recognised_by_it() -> None:
    has = [
        {"id": "0", "productName": "Free", "unitPrice": 0},
        {"id": "1", "productId": "a", "productCode": "A", "unitPrice": 1},
        {"id": "2", "productId": "b", "productCode": "B", "unitPrice": 2},
        {"id": "3", "productId": "b", "productCode": "B2", "unitPrice": 3},
    ]
    assert lines([{"productId": "B", "unitPrice": 9}], has) == [{"id": "2", "unitPrice": 9}]
    # Both together come before one of them.
    assert lines([{"productId": "b", "productCode": "B2", "unitPrice": 9}], has) == [{"id": "3", "unitPrice": 9}]
    renamed = {"productId": "a", "productCode": "A-NEW", "unitPrice": 1}
    assert lines([renamed], has) == [{"id": "1", "productCode": "A-NEW"}]
    assert lines([{"productId": "c", "unitPrice": 9}], has) == [{"productId": "c", "unitPrice": 9}]


def test_lines_without_a_product_are_recognised_by_their_place_among_their_like() -> None:
    has = [
        {"id": "1", "productCode": "A", "productName": "A", "unitPrice": 1},
        {"id": "2", "productName": "Free", "unitPrice": 2},
    ]
    assert lines([{"productName": "Free", "unitPrice": 9}], has) == [{"id": "2", "unitPrice": 9}]
    free = [{"productName": "Free", "unitPrice": 2}, {"productName": "More", "unitPrice": 9}]
    assert lines(free, has) == [{"productName": "More", "unitPrice": 9}]
    assert lines(free, has, REMOVE) == [{"productName": "More", "unitPrice": 9}, {"id": "1", **DELETE}]


def test_payment_terms_are_recognised_by_their_place_which_a_record_need_not_say() -> None:
    def terms(*sent: dict[str, Any]) -> Any:
        has = [{"id": "1", "order": 1, "value": 30}, {"id": "2", "order": 2, "value": 70}]
        return patch(INVOICES.fields, {"paymentTermLines": list(sent)}, {"paymentTermLines": has}, Rules()).values.get(
            "paymentTermLines"
        )

    assert terms({"value": 40}, {"value": 60}) == [{"id": "1", "value": 40}, {"id": "2", "value": 60}]
    assert terms({"order": 2, "value": 60}) == [{"id": "2", "value": 60}]
    assert terms({"order": 3, "value": 5}) == [{"order": 3, "value": 5}]


def test_children_without_a_name_are_recognised_by_their_place_among_their_like() -> None:
    has: list[dict[str, Any]] = [
        {"id": "1", "name": "Office", "city": "Köln"},
        {"id": "2", "name": None, "city": "Bonn"},
        {"id": "3", "name": "", "city": "Kiel"},
    ]
    assert addresses([{"city": "Ulm"}], has, Rules()) == [{"id": "2", "city": "Ulm"}]
    assert addresses([{"city": "Kiel"}, {"city": "Ulm"}], has, Rules()) == [{"id": "2", "city": "Ulm"}]
    assert addresses([{"name": "Store", "city": "Ulm"}], has, Rules()) == [{"name": "Store", "city": "Ulm"}]


def test_a_new_child_is_sent_without_ids_and_nulls() -> None:
    (contacts,) = (field for field in CUSTOMERS.fields if field.name == "contacts")
    child = {"id": "1", "name": "Eva", "surname": None, "emails": [{"id": "2", "emailAddress": "a", "usage": None}]}
    assert new(contacts.children, child) == {"name": "Eva", "emails": [{"emailAddress": "a"}]}


@pytest.mark.slow
@pytest.mark.parametrize("number", [400])
def test_many_changed_lines_are_compared_in_reasonable_time(number: int) -> None:
    has = [{"id": str(index), "productCode": f"P{index}", "unitPrice": 1} for index in range(number)]
    sent = [{"productCode": f"P{index}", "unitPrice": 2} for index in range(number)]
    assert lines(sent, has) == [{"id": str(index), "unitPrice": 2} for index in range(number)]
