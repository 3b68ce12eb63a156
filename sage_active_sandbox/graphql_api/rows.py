"""How fields of the schema read the stored rows: plain members, loaders, and the collections of children."""

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLSchema, get_named_type, get_nullable_type

from sage_active_sandbox.data.totals import ZERO
from sage_active_sandbox.graphql_api.presentation import Presentation, Reader
from sage_active_sandbox.graphql_api.scalars import NO_DATE
from sage_active_sandbox.store import Row, Store, Table

TABLES = {"SalesInvoiceHeader": "SalesInvoice"}
"""Types that show rows of another type."""
NESTED = {"PurchaseInvoiceOpenItem": "PurchaseInvoiceNestedOpenItem"}
"""Types of a list of their own whose rows are nested elsewhere under another type."""


class RowFacts:
    """What the schema says about reading rows, worked out once per schema.

    ``owners`` maps a type name to the places that embed its rows: (type name, field name).
    """

    def __init__(self, schema: GraphQLSchema, presentation: Presentation) -> None:
        self.schema = schema
        self.presentation = presentation
        self._readers: dict[tuple[str, str], Reader | None] = {}
        self.owners = self._find_owners()

    def object_type(self, name: str) -> GraphQLObjectType:
        """The object type of this name; KeyError if there is none."""
        found = self.schema.type_map[name]
        if not isinstance(found, GraphQLObjectType):
            raise KeyError(name)
        return found

    def target(self, type_name: str, field_name: str) -> str:
        """Name of the type that a field yields, without list and non-null."""
        return str(get_named_type(self.object_type(type_name).fields[field_name].type))

    def is_loader(self, type_name: str, field_name: str) -> bool:
        """Is the field an entity of its own, found through a sibling id (docs/reference/queries.md, "Loaders")."""
        if (type_name, field_name) in EXCEPTIONS:
            return True
        members = self.object_type(type_name).fields
        nullable = get_nullable_type(members[field_name].type)
        return isinstance(nullable, GraphQLObjectType) and f"{field_name}Id" in members

    def special_reader(self, type_name: str, field_name: str) -> Reader | None:
        """The reader of a field that is more than the row's member of the same name, else None."""
        key = (type_name, field_name)
        if key not in self._readers:
            self._readers[key] = self._make_reader(*key)
        return self._readers[key]

    def reader(self, type_name: str, field_name: str) -> Reader:
        """The reader of any field."""
        return self.special_reader(type_name, field_name) or _member(field_name)

    def _make_reader(self, type_name: str, field_name: str) -> Reader | None:
        reader = self._plain_reader(type_name, field_name)
        kind = self.target(type_name, field_name)
        return self.presentation.changed(type_name, field_name, kind, reader or _member(field_name)) or reader

    def _plain_reader(self, type_name: str, field_name: str) -> Reader | None:
        if field_name == "modificationDate" and self.presentation.null_dates == "0001":
            return lambda row, _scope: row.get("modificationDate") or NO_DATE
        if (type_name, field_name) == ("AccountingAccount", "code") and self.presentation.account_code == "object":
            return lambda row, _scope: None if row.get("code") is None else {"value": row["code"]}
        if (type_name, field_name) in EXCEPTIONS:
            return EXCEPTIONS[type_name, field_name]
        if self.is_loader(type_name, field_name):
            return _loader(field_name, self.target(type_name, field_name))
        return None

    def _find_owners(self) -> dict[str, list[tuple[str, str]]]:
        owners: dict[str, list[tuple[str, str]]] = {}
        for owner in self.schema.type_map.values():
            if not isinstance(owner, GraphQLObjectType) or owner.name.endswith(("Connection", "Edge")):
                continue
            if owner in (self.schema.query_type, self.schema.mutation_type) or owner.name.startswith("__"):
                continue
            for name, member in owner.fields.items():
                target = get_named_type(member.type)
                if isinstance(target, GraphQLObjectType) and not self.is_loader(owner.name, name):
                    owners.setdefault(target.name, []).append((owner.name, name))
        for listed, nested in NESTED.items():
            owners[listed] = owners.get(nested, [])
        return owners

    def is_list(self, type_name: str, field_name: str) -> bool:
        """Does the field yield a list."""
        return isinstance(get_nullable_type(self.object_type(type_name).fields[field_name].type), GraphQLList)


class Scope:
    """The rows that one request sees: those of its company, or of none."""

    def __init__(self, store: Store, company_id: str | None, facts: RowFacts) -> None:
        self._store = store
        self._company_id = company_id
        self._facts = facts
        self._collected: dict[str, Table] = {}
        self._owned: dict[tuple[str, str], Table] = {}

    def rows(self, type_name: str) -> Iterable[Row]:
        """All rows of a type: its own table, or the rows that its owners embed."""
        return self._table(type_name).values()

    def find(self, type_name: str, row_id: Any) -> Row | None:
        """The row with this id, or None."""
        return None if row_id is None else self._table(type_name).get(row_id)

    def owner(self, type_name: str, member: str, child: Row) -> Row | None:
        """The row of the type whose list ``member`` holds the child."""
        key = (type_name, member)
        if key not in self._owned:
            self._owned[key] = {part["id"]: row for row in self.rows(type_name) for part in row.get(member) or ()}
        return self._owned[key].get(child["id"])

    def entry_number(self, entry: Row, members: tuple[str, ...]) -> int | None:
        """The entry's number within the entries that have the same values of these members (switch entry_numbers).

        It is given out once, in the order of the numbers within the company, so that a deletion leaves a gap.
        """
        kept = entry.setdefault("_numbers", {})
        if members not in kept and entry.get("id") is not None:
            last: dict[tuple[Any, ...], int] = {}
            for row in sorted(self.rows("AccountingEntry"), key=lambda row: row.get("number") or 0):
                group = tuple(row.get(member) for member in members)
                numbers = row.setdefault("_numbers", {})
                last[group] = numbers.setdefault(members, last.get(group, 0) + 1)
        number: int | None = kept.get(members, entry.get("number"))
        return number

    def _table(self, type_name: str) -> Table:
        if self._company_id is None:
            return {}
        type_name = TABLES.get(type_name, type_name)
        if type_name not in self._collected:
            self._collected[type_name] = self._visible(type_name)
        return self._collected[type_name]

    def _visible(self, type_name: str) -> Table:
        assert self._company_id is not None
        table = self._store.table(self._company_id, type_name)
        if not table and type_name in self._facts.owners:
            return {row["id"]: row for row in self._embedded(type_name)}
        if self._facts.presentation.negative_bills == "accepted":
            return table
        if type_name == "PurchaseInvoice":
            return {row_id: row for row_id, row in table.items() if (row.get("totalLiquid") or ZERO) >= 0}
        if type_name == "AccountingEntry":
            bills = self._store.table(self._company_id, "PurchaseInvoice")
            hidden = bills.keys() - self._table("PurchaseInvoice").keys()
            return {row_id: row for row_id, row in table.items() if row.get("sourceEntityId") not in hidden}
        return table

    def _embedded(self, type_name: str) -> Iterable[Row]:
        for owner, member in self._facts.owners[type_name]:
            parent_id = f"{owner[0].lower()}{owner[1:]}Id"
            linked = parent_id in self._facts.object_type(type_name).fields
            for row in self.rows(owner):
                value = row.get(member)
                for child in value if isinstance(value, list) else [value] if value else []:
                    yield {parent_id: row["id"], **child} if linked and child.get(parent_id) is None else child


def _member(field_name: str) -> Reader:
    return lambda row, _scope: row.get(field_name)


def _loader(field_name: str, target: str) -> Reader:
    id_name = f"{field_name}Id"

    def load(row: Row, scope: Scope) -> Row | None:
        return row.get(field_name) or scope.find(target, row.get(id_name))

    return load


def _taxes_of_group(row: Row, scope: Scope) -> list[Row]:
    group = row.get("taxGroupId")
    return [tax for tax in scope.rows("Tax") if group is not None and tax.get("groupId") == group]


def _accounts(hidden_member: str) -> Reader:
    def load(row: Row, scope: Scope) -> list[Row]:
        found = (scope.find("AccountingAccount", row_id) for row_id in row.get(hidden_member) or ())
        return [account for account in found if account is not None]

    return load


EXCEPTIONS: dict[tuple[str, str], Reader] = {
    ("Product", "taxes"): _taxes_of_group,
    ("TaxTreatment", "inputAccountingAccount"): _accounts("_inputAccountingAccountIds"),
    ("TaxTreatment", "outputAccountingAccount"): _accounts("_outputAccountingAccountIds"),
}
"""Lists of entities that have no id sibling (docs/reference/objects.md, "What the schema cannot tell")."""
