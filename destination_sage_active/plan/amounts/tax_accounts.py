"""Which records touch accounts that are for VAT, and which rows have the tax register that they should have."""

from collections.abc import Mapping

from destination_sage_active.plan.item import Item
from destination_sage_active.record.rejection import Held
from sage_active.client import Company
from sage_active.resources.creation_rules import TaxRegister
from sage_active.resources.keys import at
from sage_active.writing import Reference, Row, WriteClient, WriteModel, key_text

WITHOUT_REGISTER = (
    "was created, without tax register: Sage Active found that accounts, tax codes and amounts do not agree, so the "
    "entry is missing in the VAT return; look at it in Sage Active"
)


class TaxAccounts:
    """The accounts of the companies of one sync; the treatments of each are read once."""

    def __init__(self, client: WriteClient) -> None:
        self._client = client
        self._codes: dict[str, frozenset[str]] = {}

    def touched(self, company: Company, item: Item) -> str | None:
        """The first member of a record that names an account for VAT; None where there is none.

        Raises `SageActiveError`.
        """
        register = register_of(item.model)
        if register is None:
            return None
        codes = self._of(company, register)
        for index, line in enumerate(item.values.get(register.lines) or ()):
            path = f"{register.lines}[{index}].{register.account}"
            account = item.referred.get(path, {})
            is_for_tax = account.get(register.treatment) or account.get(register.kind) in register.kinds
            if is_for_tax or key_text(line.get(register.account)) in codes:
                return path
        return None

    def _of(self, company: Company, register: TaxRegister) -> frozenset[str]:
        if company.id not in self._codes:
            treatments = Reference(register.treatments, ("id",), (), also=register.accounts)
            self._codes[company.id] = frozenset(
                key_text(account.get("code"))
                for treatment in self._client.listed(company, treatments)
                for name in register.accounts
                for account in treatment.get(name) or ()
            )
        return self._codes[company.id]


def require_register(item: Item, row: Row) -> None:
    """Raises `Held` for a row that was created from a record with VAT, and has no tax register."""
    register = register_of(item.model)
    if register and item.has_register and not any(at(line, register.path) for line in row.get(register.lines) or ()):
        raise Held(register.lines, WITHOUT_REGISTER)


def states_no_register(model: WriteModel, data: Row) -> bool:
    """Whether a record is a row of Sage Active that has no tax register itself, so that its copy needs none."""
    register = register_of(model)
    lines = data.get(register.lines) if register else None
    if register is None or not isinstance(lines, list):
        return False
    is_whole = all(isinstance(line, Mapping) and register.path[0] in line for line in lines)
    return is_whole and not any(at(line, register.path) for line in lines)


def register_of(model: WriteModel) -> TaxRegister | None:
    """Where rows of an object have a tax register."""
    rules = model.creation_rules
    return rules.tax_register if rules else None
