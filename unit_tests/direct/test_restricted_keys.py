"""Filters of lists that know AND only, and few operators."""

from sage_active.direct.contract import Contract
from sage_active.direct.inputs import write_model
from sage_active.direct.restricted_keys import restricted
from sage_active.resources.files import FILE_KEY
from sage_active.resources.resource import Member
from sage_active.resources.table import RESOURCE_BY_NAME

RESOURCE = RESOURCE_BY_NAME["files"]
assert RESOURCE.direct
MODEL = write_model(Contract(), RESOURCE, RESOURCE.direct)
IDS = [f"00000000-0000-4000-8000-{number:012}" for number in range(12)]


def key(entity_type: str, entity_id: str, name: str = "contract") -> str:
    """The key of a file."""
    return FILE_KEY.value((entity_type, entity_id, name, "5"))


def test_a_filter_names_each_member_once_and_ten_owners_at_most() -> None:
    values = [key("CUSTOMER", row_id, name) for row_id in IDS for name in ("contract", "letter")]
    wheres = list(restricted(MODEL, FILE_KEY, [*values, key("SUPPLIER", IDS[0]), key("SUPPLIER", "no id")]))
    assert wheres == [
        {"entityType": {"eq": Member("CUSTOMER")}, "entityId": {"in": IDS[:10]}},
        {"entityType": {"eq": Member("CUSTOMER")}, "entityId": {"in": IDS[10:]}},
        {"entityType": {"eq": Member("SUPPLIER")}, "entityId": {"in": IDS[:1]}},
    ]
