"""Finds entities on the direct connection by what identifies them: rows to compare with, and references.

What a lookup does not find is created or rejected, so its rows count only when they are as many as the API states.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type

from sage_active.client import Company, ReadRequest
from sage_active.direct.answers import PLAIN_DECODER
from sage_active.direct.client import DirectClient
from sage_active.direct.compared_fields import along, comparable, read_back
from sage_active.direct.contract import DATES, Contract, Field, walk
from sage_active.direct.filters import Where, all_of
from sage_active.direct.found_elsewhere import in_place
from sage_active.direct.key_filters import ShapedWhere, keyed
from sage_active.direct.page_fetcher import FetchedPage
from sage_active.direct.paginator import CursorPaginator, PagesMovedError
from sage_active.direct.query import PAGE, Shape, root_query, selection
from sage_active.faults import CONTRADICTION
from sage_active.odd_rows import key_of, values_of
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.keys import Key as NaturalKey
from sage_active.resources.resource import ByDate, DirectResource, Resource
from sage_active.unsigned import unsigned
from sage_active.values import by_spelling, identification, with_former
from sage_active.writing import FieldKind, Found, Key, Reference, Row, WriteModel, key_text

LOGGER = logging.getLogger("airbyte")
# How often a list is read whose pages contradict the count that they state.
ATTEMPTS: Final = 4
# How many values a filter lists; each is a text of its own in the document.
VALUES_PER_FILTER: Final = 100
MARKERS_PER_FILTER: Final = 50
DIGITS_OF_INT: Final = 10
# What is needed of a reference beside its id and its natural key.
ALSO_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "Product": ("category", "salesVatPercentage"),
    "JournalType": ("type",),
    "PaymentMethod": ("referenceName", "type", "journalTypeId", "subAccountId", "disabled"),
    "OperationalNumberPresetText": ("isDefault",),
}
# The same, of what a server may keep to itself: then nobody can tell.
PERHAPS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "Supplier": ("countryAcronym", "personalIncomeTax"),
    "TaxTreatment": ("registerType", "isIntracomunity"),
}
# What leads from a document back to the one that it was made from.
DERIVATION: Final = Reference("RelatedSalesDocument", ("documentId", "originId"), ())


class Lookup:
    """Shared by all threads of a client; keeps the reference lists of each company.

    `by_key`: types with as many entities as there is business, asked for by key. All others are lists that are read
    once.
    """

    def __init__(self, client: DirectClient, by_key: frozenset[str] = frozenset()) -> None:
        self._client = client
        self.by_key: Final = by_key
        self._lists: dict[tuple[str, ...], Mapping[Key, Found]] = {}
        self._known: dict[tuple[str, ...], dict[Key, Found]] = {}
        self._identified: dict[tuple[str, str, str], Mapping[str, Sequence[str]]] = {}
        self._lock = threading.Lock()

    def rows(
        self, resource: Resource, binding: DirectResource, model: WriteModel, company: Company, where: ShapedWhere
    ) -> list[Row]:
        """The rows of an object that a filter selects, as far as they can be written. Raises `SageActiveError`."""
        request = ReadRequest(resource, company, {})
        contract = self._client.contract
        declared = contract.fields(binding.type)
        source, *_ = model.created_by_us or (None,)
        of_keys = {key.path(member)[0] for key in model.natural_keys for member in key.members}
        also = {source, *of_keys, *([model.lifecycle.member] if model.lifecycle else [])}
        compared = comparable(declared, model.fields, model.amounts, read_back(model, binding))
        has = {field.name for field in compared}
        ordered = _has_dates(contract, binding.type) or isinstance(binding.read, ByDate)
        fields = (*compared, *(field for field in declared if field.name in also - has))

        def of_all(shape: Shape) -> Where | None:
            return all_of(binding.where, where(shape))

        def fetch(after: str | None) -> FetchedPage:
            return self._client.fetch(request, fields, of_all, after=after, ordered=ordered)

        # What stands for a plain value becomes one.
        wrapped = [name for owner, name in TWO_SHAPES if owner == binding.type]
        rows = self._complete(fetch, request)
        plain = [{**row, **{name: key_text(row[name]) for name in wrapped if row.get(name)}} for row in rows]
        return [unsigned(model.amounts, in_place(row, model.fields)) for row in plain]

    def members(
        self, company: Company, type_name: str, names: Sequence[str], where: Where | ShapedWhere
    ) -> Sequence[Row]:
        """These members, and the ids, of the entities of a type that a filter selects. Raises `SageActiveError`."""
        return self._references(company, Reference(type_name, tuple(names), ()), where)

    def select(
        self, company: Company, type_name: str, paths: Sequence[Sequence[str]], where: Where | None
    ) -> Sequence[Row]:
        """What these paths lead to, and the ids, of the entities of a type that a filter selects.

        A list without pages takes no filter. Raises `SageActiveError`, also where the server has not all of it.
        """
        contract = self._client.contract
        fields = comparable(contract.fields(type_name), (), None, [tuple(path) for path in paths])
        root, has_pages = _root_of(contract, type_name)
        request = ReadRequest(_listed_by(root, type_name), company, {})
        if not has_pages:
            text = root_query(root, {}, selection(fields, Shape()))
            data = self._client.post(
                company,
                type_name,
                text.body(),
                lambda answer: self._client.answers.data_or_raise(answer, PLAIN_DECODER),
            )
            return list(data.get(PAGE) or ())
        return self._entities(request, type_name, fields, where, optional=DATES)

    def resolve(self, company: Company, reference: Reference, keys: Sequence[Key], fresh: bool) -> Mapping[Key, Found]:
        """The entities of a type with these natural keys."""
        cache_key = (company.id, reference.type, *reference.key, *reference.also)
        if reference.type not in self.by_key:
            return self._listed(company, reference, fresh)
        kinds = dict.fromkeys(reference.key, FieldKind.INTEGER) if reference.is_number else {}
        keys = [key for key in keys if not reference.is_number or all(map(_is_whole_number, key))]
        with self._lock:
            known = self._known.setdefault(cache_key, {})
            unresolved = [key for key in keys if fresh or key not in known]
        natural_key = NaturalKey(reference.key)
        texts = [natural_key.value(key) for key in unresolved]
        # Also what version 0.1 spelled otherwise; it has nothing with a key of several members.
        requested = with_former(texts) if len(reference.key) == 1 and not reference.is_number else texts
        fields = self._client.contract.fields(reference.type)
        found: dict[str, Found] = {}
        for start in range(0, len(requested), VALUES_PER_FILTER):
            where = keyed(fields, natural_key, kinds, requested[start : start + VALUES_PER_FILTER])
            found |= {natural_key.value(key): entity for key, entity in self._index(company, reference, where).items()}
        with self._lock:
            known.update({natural_key.parts(text): entity for text, entity in by_spelling(texts, found).items()})
            return {key: known[key] for key in keys if key in known}

    def listed(self, company: Company, reference: Reference, fresh: bool) -> list[Row]:
        """All entities of a type; read once for a company unless `fresh`."""
        return [entity.row for entity in self._listed(company, reference, fresh).values()]

    def identified(self, binding: DirectResource, company: Company, member: str) -> Mapping[str, Sequence[str]]:
        """The ids of all rows of a type by an identification number in its one form; read once.

        No filter finds the other spellings of one. Raises `SageActiveError`.
        """
        at = (company.id, binding.type, member)
        with self._lock:
            known = self._identified.get(at)
        if known is None:
            ids: dict[str, list[str]] = {}
            for row in self._references(company, Reference(binding.type, (member,), ()), {member: {"neq": None}}):
                ids.setdefault(identification(key_text(row.get(member))), []).append(str(row["id"]))
            known = ids
            with self._lock:
                self._identified[at] = known
        return known

    def derived(self, company: Company, ids: Sequence[str]) -> set[str]:
        """Those of the documents with these ids that were made from another document."""
        links = self._references(company, DERIVATION, {"documentId": {"in": list(ids)}})
        return {str(link["documentId"]).lower() for link in links if link.get("originId")}

    def _listed(self, company: Company, reference: Reference, fresh: bool) -> Mapping[Key, Found]:
        cache_key = (company.id, reference.type, *reference.key, *reference.also)
        with self._lock:
            known = self._lists.get(cache_key)
        if known is None or fresh:
            known = self._index(company, reference, None)
            with self._lock:
                self._lists[cache_key] = known
        return known

    def _index(self, company: Company, reference: Reference, where: Where | ShapedWhere | None) -> Mapping[Key, Found]:
        found: dict[Key, Found] = {}
        for row in self._references(company, reference, where):
            if not row["id"]:
                # Nothing can refer to a row without an id.
                continue
            # The first of several with one natural key: an order that every run shares.
            key = tuple(key_text(row.get(member)) for member in reference.key)
            key = tuple(map(str.lower, key)) if reference.key == ("id",) else key
            found[key] = replace(found[key], is_one_of_several=True) if key in found else Found(str(row["id"]), row)
        return found

    def _references(self, company: Company, reference: Reference, where: Where | ShapedWhere | None) -> list[Row]:
        contract = self._client.contract
        perhaps = PERHAPS_OF.get(reference.type, ())
        members = dict.fromkeys(("id", *reference.key, *reference.also, *ALSO_OF.get(reference.type, ()), *perhaps))
        fields = along(contract.fields(reference.type), [member.split(".") for member in members])
        request = ReadRequest(_listed_by(root_of(contract, reference.type), reference.type), company, {})
        return self._entities(request, reference.type, fields, where, optional=perhaps)

    def _entities(
        self,
        request: ReadRequest,
        type_name: str,
        fields: tuple[Field, ...],
        where: Where | ShapedWhere | None,
        *,
        optional: Collection[str],
    ) -> list[Row]:
        """These fields of the entities of a type; `optional`: those that a server may keep to itself."""
        ordered = _has_dates(self._client.contract, type_name)
        # Without one of the others, an entity could not be recognised.
        required = frozenset((field.owner, field.name) for field in walk(fields) if field.name not in optional)

        def fetch(after: str | None) -> FetchedPage:
            return self._client.fetch(request, fields, where, after=after, ordered=ordered, required=required)

        return self._complete(fetch, request)

    def _complete(self, fetch: Callable[[str | None], FetchedPage], request: ReadRequest) -> list[Row]:
        """All rows, each once; the id of a row that has no usable one is empty.

        Raises `SageActiveError` when they are never as many as every page states.
        """
        stream, company = request.resource.name, request.company.label
        for _ in range(ATTEMPTS):
            rows: dict[str, Row] = {}
            try:
                for page in CursorPaginator(fetch):
                    # What is not a record counts as a key, and has no row.
                    for key, row in zip(page.keys, page.page.rows, strict=False):
                        values = values_of(row)
                        rows[key] = {**values, "id": key_of(values.get("id")) or ""}
            except PagesMovedError as moved:
                reason = str(moved)
                LOGGER.info("%s: a lookup of %s has %s; asking again.", company, stream, reason)
            else:
                return list(rows.values())
        raise self._client.errors.of(CONTRADICTION, detail=reason).located(stream, company)


def _is_whole_number(text: str) -> bool:
    """Whether a text is a number that a filter takes: GraphQL's Int has 31 bits."""
    return len(text) <= DIGITS_OF_INT and text.isascii() and text.isdigit() and int(text) < 1 << 31


@cache
def _listed_by(root: str, type_name: str) -> Resource:
    """A type as a resource, under its own name, so that what is learned about it has one place."""
    return Resource(name=type_name, direct=DirectResource(root=root, type=type_name))


def root_of(contract: Contract, type_name: str) -> str:
    """The query that lists a type. Raises KeyError if the contract has none."""
    root, has_pages = _root_of(contract, type_name)
    if not has_pages:
        raise KeyError(f"the contract has no pages of {type_name}")
    return root


def _root_of(contract: Contract, type_name: str) -> tuple[str, bool]:
    """The query that lists a type, and whether it has pages."""
    query = contract.schema.query_type
    fields = query.fields if query else {}
    for name, field in fields.items():
        listed = get_named_type(field.type)
        nodes = listed.fields.get("nodes") if isinstance(listed, GraphQLObjectType) else None
        is_list = isinstance(get_nullable_type(field.type), GraphQLList)
        if (nodes and get_named_type(nodes.type).name == type_name and not is_list) or (
            is_list and listed.name == type_name
        ):
            return str(name), not is_list
    raise KeyError(f"the contract has no list of {type_name}")


def _has_dates(contract: Contract, type_name: str) -> bool:
    kind = contract.schema.type_map[type_name]
    return isinstance(kind, GraphQLObjectType) and "creationDate" in kind.fields
