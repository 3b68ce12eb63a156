"""The writing side of the connection through Maesn: creates, one a request, and what is known of the rows there are.

Maesn offers no update, no bulk create and no idempotency key for Sage Active (docs/reference/maesn.md, "What it offers"
and "Creates"): that a record is there already is found out beforehand, in an index of the lists.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

import msgspec

from sage_active.client import Company, CompanyList
from sage_active.errors import SageActiveError
from sage_active.excerpt import excerpt
from sage_active.faults import CONTRADICTION, TWO_KEYS, Effect
from sage_active.maesn.answers import Created, Outcome
from sage_active.maesn.bodies import PersonForm, body, has_channels, not_sent
from sage_active.maesn.client import MaesnClient
from sage_active.maesn.inputs import write_model
from sage_active.maesn.listing import Listing
from sage_active.maesn.row_pages import TwoKeysError, row_pages
from sage_active.markets import MAESN
from sage_active.odd_rows import values_of
from sage_active.resources.capabilities import not_offered
from sage_active.resources.resource import OPERATIONS, UPDATE, Resource
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.values import by_spelling, with_former
from sage_active.writing import (
    Command,
    Done,
    Found,
    Key,
    MissingRights,
    Operation,
    Reference,
    Refused,
    Reply,
    Row,
    Unknown,
    WriteModel,
    key_text,
)

ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
# Keys that say nothing about a person.
SPOKEN_KEYS: Final = ("number", "itemNumber", "reference", "invoiceNumber")
BAD_REQUEST: Final = 400


class MaesnWriter:
    """Implements `WriteClient` with one account key. Safe for all threads.

    `parallel`: how many creates may be under way at once; `document_key`: the member of invoices that carries the
    user's own number, `reference` or `invoiceNumber`, where it is known.
    """

    connection = MAESN
    batch = 1

    def __init__(self, client: MaesnClient, *, parallel: int = 8, document_key: str | None = None) -> None:
        self.parallel = parallel
        self._client = client
        self._document_key = document_key
        self._models: dict[str, WriteModel] = {}
        self._listings: dict[tuple[str, str], Listing] = {}
        self._form = PersonForm.TEXTS
        self._form_is_proved = False
        self._lock = threading.Lock()

    def alike(self, resource: Resource, company: Company, documents: Sequence[Row]) -> Sequence[Row]:
        """None: no object that Maesn takes says when two documents are alike."""
        return ()

    def listed(self, company: Company, reference: Reference, *, fresh: bool = False) -> Sequence[Row]:
        """None: what is asked about on the direct connection alone."""
        del company, reference, fresh
        return ()

    def select(
        self, company: Company, type_name: str, paths: Sequence[Sequence[str]], where: Sequence[Row] = ()
    ) -> Sequence[Row]:
        """None: what is asked about on the direct connection alone."""
        del company, type_name, paths, where
        return ()

    def usual_series(self, resource: Resource, company: Company) -> str | None:
        """Maesn makes nothing final."""
        return None

    def last_final_day(self, resource: Resource, company: Company, series: str | None, zone: tzinfo) -> str | None:
        """Maesn makes nothing final."""
        return None

    def close(self) -> None:
        """Ends all waiting, closes the connections and deletes the indexes."""
        self._client.close()
        with self._lock:
            for listing in self._listings.values():
                listing.close()
            self._listings.clear()

    def company_list(self) -> CompanyList:
        """The companies of the account keys."""
        return self._client.company_list()

    def missing_rights(self, company: Company, operations: Mapping[Resource, Collection[Operation]]) -> MissingRights:
        """Always none: Maesn has nothing that tells rights."""
        return MissingRights()

    def journals(self, company: Company, kind: str) -> Mapping[str, str]:
        """Always empty: nothing can be posted through Maesn."""
        return {}

    def model(self, resource: Resource) -> WriteModel:
        """What a create of the object accepts."""
        if resource.name not in self._models:
            self._models[resource.name] = write_model(resource, resource.on(MAESN), self._document_key)
        return self._models[resource.name]

    def find(
        self, resource: Resource, company: Company, member: str, values: Sequence[str], *, fresh: bool = False
    ) -> Iterator[Row]:
        """The rows whose `member`, a key or the id, is one of `values`; they have that member even if the API hides it.

        Members that are null or an empty list are left out: which ones Sage Active gives back is unknown, so they are
        not a difference. Raises `SageActiveError`.
        """
        rows = self._listing(resource, company).rows(member, values, fresh=fresh)
        key = resource.on(MAESN).key
        return ({key: "", member: value, **_known(values_of(row))} for value, row in rows)

    def resolve(
        self, company: Company, reference: Reference, keys: Collection[Key], *, fresh: bool = False
    ) -> Mapping[Key, Found]:
        """The entities of `reference.type`, the name of an object, with these natural keys."""
        resource = RESOURCE_BY_NAME[reference.type]
        (member,) = reference.key
        texts, id_member = [text for (text,) in keys], resource.on(MAESN).key
        found: dict[str, Found] = {}
        # What version 0.1 spelled otherwise is in the same list.
        for row in self.find(resource, company, member, with_former(texts), fresh=fresh):
            # Nothing can refer to a row without an id.
            if row[id_member]:
                found.setdefault(key_text(row[member]), Found(str(row[id_member]), row))
        return {(text,): entity for text, entity in by_spelling(texts, found).items()}

    def derived(self, resource: Resource, company: Company, ids: Collection[str]) -> Collection[str]:
        """Always empty: Maesn has no links between documents, and nothing is updated."""
        return ()

    def send(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        """Creates the records one by one; a reply for each.

        Raises `SageActiveError` for anything but a create, where Maesn refuses the credentials or the object as a
        whole, and where what was created before cannot be found again.
        """
        return [self._sent(company, command) for command in commands]

    def confirm(self) -> None:
        """Asks the lists for one created record of each kind, unless they have shown one under its key before."""
        with self._lock:
            listings = list(self._listings.values())
        for listing in listings:
            listing.confirm()

    # --- inside ---

    def _listing(self, resource: Resource, company: Company) -> Listing:
        with self._lock:
            key = (resource.name, company.id)
            if key not in self._listings:
                numbers = self.model(resource).identifications
                self._listings[key] = Listing(self._client, resource, resource.on(MAESN), company, numbers)
            return self._listings[key]

    def _sent(self, company: Company, command: Command) -> Reply:
        if command.operation is not Operation.CREATE:
            operation = command.operation.value
            raise not_offered(MAESN, command.resource.name, operation if operation in OPERATIONS else UPDATE)
        keys = self._keys(command)
        listing = self._listing(command.resource, company)
        with listing.creating():
            outcome = self._created(company, command)
            if not isinstance(outcome, Created):
                return outcome
            try:
                row = bytes(row_pages(command.resource.on(MAESN)).with_key(outcome.row))
            except TwoKeysError as two_keys:
                error = self._client.errors.of(TWO_KEYS, detail=str(two_keys))
                return Unknown(error.located(command.resource.name, company.label), may_still=False)
            row_id = values_of(row).get(command.resource.on(MAESN).key)
            if not isinstance(row_id, str) or not row_id:
                error = self._client.errors.of(CONTRADICTION, detail="a created record without an id")
                return Unknown(error, may_still=False)
            listing.created(row, keys)
        self._warn(command.resource, keys, row_id, (*not_sent(command.input), *outcome.warnings))
        return Done(row_id)

    def _created(self, company: Company, command: Command) -> Outcome:
        """Sends a record; where contact persons may have been the reason of a refusal, in their other form as well."""
        form, is_proved = self._form, self._form_is_proved
        outcome = self._post(company, command, form)
        if not has_channels(command.input) or is_proved:
            return outcome
        if isinstance(outcome, Refused) and outcome.error.context.status == BAD_REQUEST:
            form = form.other
            second = self._post(company, command, form)
            # The words of the first refusal are about the form that the contract has.
            outcome = outcome if isinstance(second, Refused) else second
        if isinstance(outcome, Created):
            self._form, self._form_is_proved = form, True
        return outcome

    def _post(self, company: Company, command: Command, form: PersonForm) -> Outcome:
        fields = self.model(command.resource).fields
        content = ENCODER.encode(body(fields, command.input, form))
        try:
            return self._client.post(
                command.resource,
                company,
                content,
                lambda answer: self._client.answers.outcome(answer, fields, command.input),
            )
        except SageActiveError as error:
            if error.fault.effect is Effect.UNKNOWN:
                return Unknown(error, may_still=True)
            raise

    def _keys(self, command: Command) -> dict[str, str]:
        """The keys that a record is sent with, by preference."""
        model = self.model(command.resource)
        sent = {name: model.key_form(name, command.input.get(name)) for name in (*model.keys, *model.document_keys)}
        return {name: text for name, text in sent.items() if text}

    def _warn(self, resource: Resource, keys: Mapping[str, str], row_id: str, warnings: Sequence[str]) -> None:
        spoken = next((keys[name] for name in SPOKEN_KEYS if name in keys), row_id)
        name = resource.name
        for warning in warnings:
            self._client.warnings.warn(name, f"Maesn, stream {name}", excerpt(warning), subject=f"record {spoken}")


def _known(value: Any) -> Any:
    """`value` without members that are null or an empty list, at any depth."""
    if isinstance(value, Mapping):
        return {name: _known(inner) for name, inner in value.items() if inner is not None and inner != []}
    return [_known(inner) for inner in value] if isinstance(value, list) else value
