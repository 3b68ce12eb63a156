"""How fields of the schema read the stored rows: plain members, loaders, and the collections of children."""

from collections.abc import Callable, Iterable
from typing import Any

from graphql import GraphQLList, GraphQLObjectType, GraphQLSchema, get_named_type, get_nullable_type

from sage_active_sandbox.graphql_api.scalars import NO_DATE
from sage_active_sandbox.store import Row, Store

Reader = Callable[[Row, "Scope"], Any]
"""Value of a field, given the row and the scope in which references are resolved."""


class RowFacts:
    """What the schema says about reading rows, worked out once per schema.

    ``owners`` maps a type name to the places that embed its rows: (type name, field name). ``no_date`` is the value
    that stands for a modification date that was never set (switch null_dates).
    """

    def __init__(self, schema: GraphQLSchema, *, flat_account_code: bool, zero_dates: bool) -> None:
        self.schema = schema
        self._flat_account_code = flat_account_code
        self._zero_dates = zero_dates
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
        """Is the field an entity of its own, found through a sibling id (fact sheet, section 6)."""
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
        return self.special_reader(type_name, field_name) or (lambda row, _scope: row.get(field_name))

    def _make_reader(self, type_name: str, field_name: str) -> Reader | None:
        if field_name == "modificationDate" and self._zero_dates:
            return lambda row, _scope: row.get("modificationDate") or NO_DATE
        if (type_name, field_name) == ("AccountingAccount", "code") and not self._flat_account_code:
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
        self._collected: dict[str, dict[str, Row]] = {}

    def rows(self, type_name: str) -> Iterable[Row]:
        """All rows of a type: its own table, or the rows that its owners embed."""
        return self._table(type_name).values()

    def find(self, type_name: str, row_id: Any) -> Row | None:
        """The row with this id, or None."""
        return None if row_id is None else self._table(type_name).get(row_id)

    def _table(self, type_name: str) -> dict[str, Row]:
        if self._company_id is None:
            return {}
        table = self._store.table(self._company_id, type_name)
        if table or type_name not in self._facts.owners:
            return table
        if type_name not in self._collected:
            self._collected[type_name] = {row["id"]: row for row in self._embedded(type_name)}
        return self._collected[type_name]

    def _embedded(self, type_name: str) -> Iterable[Row]:
        for owner, member in self._facts.owners[type_name]:
            for row in self.rows(owner):
                value = row.get(member)
                yield from value if isinstance(value, list) else [value] if value else []


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
"""Lists of entities that have no id sibling (fact sheet, section 6)."""
