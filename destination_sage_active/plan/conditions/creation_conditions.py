"""What must hold before a record is created that cannot be changed afterwards (`resources/creation_rules.py`)."""

from typing import Final

from destination_sage_active.options.stream_target import VatOption
from destination_sage_active.plan.amounts.exact import decimal_of
from destination_sage_active.plan.amounts.tax_accounts import TaxAccounts
from destination_sage_active.plan.companions import beside, without_indices
from destination_sage_active.plan.conditions.open_periods import OpenPeriods
from destination_sage_active.plan.content.validate import NULLISH
from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.resources.creation_rules import CreationRules, Named
from sage_active.writing import Row, WriteClient

USE_DOCUMENTS: Final = (
    "is an account for VAT: invoices belong into `invoices` and `bills`, entries are for payroll, accruals, "
    "depreciation and openings (`entries_with_vat: allow` would create it)"
)


class CreationConditions:
    """The conditions of one sync. `with_vat`: what becomes of records that touch accounts for VAT."""

    def __init__(self, client: WriteClient, with_vat: VatOption) -> None:
        self.tax: Final = TaxAccounts(client)
        self._periods = OpenPeriods(client)
        self._with_vat = with_vat

    def require(self, company: Company, item: Item) -> None:
        """Raises `Rejected` for a record that must not be created, `SageActiveError` if a look-up fails."""
        rules = item.model.creation_rules
        if rules is None:
            return
        _require_one_side(rules, item.values)
        for path, row in item.referred.items():
            for named in rules.named:
                if named.path == without_indices(path):
                    _require_named(named, path, row)
        for found in beside(item.model, item.values, item.referred):
            if found.value in NULLISH:
                raise Rejected(found.path, found.rule.reason, "required")
        if rules.open_period:
            self._periods.require(company, rules.open_period, str(item.values.get(rules.open_period.day) or ""))
        if self._with_vat == "reject" and (place_of_tax := self.tax.touched(company, item)):
            raise Rejected(place_of_tax, USE_DOCUMENTS, "vat")


def _require_one_side(rules: CreationRules, values: Row) -> None:
    if rules.sides is None:
        return
    lines, one, other = rules.sides
    for index, line in enumerate(values.get(lines) or ()):
        if decimal_of(line.get(one)) and decimal_of(line.get(other)):
            raise Rejected(f"{lines}[{index}].{other}", f"is there beside `{one}`; one of the two must be 0")


def _require_named(rule: Named, path: str, row: Row) -> None:
    if row.get(rule.member) not in rule.allowed:
        raise Rejected(path, rule.reason, "reference")
