"""Ids whose type another member tells, with the members of records that may name the entity.

Source: docs/reference/files.md, "Uploads".
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sage_active.writables import ChosenReference, Reference

CHOSEN_REFERENCES: Final[Mapping[tuple[str, str], ChosenReference]] = MappingProxyType(
    {
        ("EntityFile", "entityId"): ChosenReference(
            "entityType",
            {
                "CUSTOMER": Reference("Customer", ("code",), ((("customer", "code"),),)),
                "SUPPLIER": Reference("Supplier", ("code",), ((("supplier", "code"),),)),
                "EMPLOYEE": Reference("Employee", ("code",), ((("employee", "code"),),)),
                "PRODUCT": Reference("Product", ("code",), ((("product", "code"),),)),
                # How far numbers of entries are unique is disputed (docs/reference/accounting.md, "Creating entries").
                "ACCOUNTING_ENTRY": Reference(
                    "AccountingEntry", ("number",), ((("accountingEntry", "number"),),), is_number=True, may_repeat=True
                ),
            },
            of_company=frozenset({"ORGANIZATION"}),
        )
    }
)
