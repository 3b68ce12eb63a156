"""The writing side of the direct connection: mutations as aliases of one request, and what became of each.

Aliases run one after the other on the server; the HTTP layer never repeats them (docs/reference/server-behaviour.md,
"Several mutations in one request").
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from itertools import chain
from typing import Any, Final, TypeVar

from sage_active.client import Company, CompanyList
from sage_active.direct.answers import PLAIN_DECODER, MutationAnswer
from sage_active.direct.client import DirectClient
from sage_active.direct.filters import Where, all_of, any_of
from sage_active.direct.inputs import write_model
from sage_active.direct.key_filters import keyed
from sage_active.direct.lookup import MARKERS_PER_FILTER, VALUES_PER_FILTER, Lookup
from sage_active.direct.loose_keys import LooseLookup
from sage_active.direct.mutation_errors import may_follow_a_commit, named_field, refused_before_execution, runs_on
from sage_active.direct.number_series import NumberSeries
from sage_active.direct.query import Query, Shape
from sage_active.direct.uploads import Uploads, encoded, upload_of
from sage_active.errors import SageActiveError
from sage_active.faults import BUSINESS_RULE, CONTRADICTION, CUT_SHORT, Concern, Effect
from sage_active.markets import DIRECT
from sage_active.resources.mutations import ID, FoundMutation, find_mutation
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCES
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
    is_uuid,
)

Item = TypeVar("Item")
# The server assigns sequence numbers: it takes ten mutations at once (docs/reference/server-behaviour.md, "Limits").
MOST_PARALLEL: Final = 10
JOURNALS: Final = Reference("JournalType", ("code",), ())


class DirectWriter:
    """Writes through one sign-in. Safe for all threads. `resources`: the table of resources."""

    connection = DIRECT
    batch = 5

    def __init__(
        self, client: DirectClient, *, parallel: int = MOST_PARALLEL, resources: Sequence[Resource] = RESOURCES
    ) -> None:
        bindings = (resource.direct for resource in resources if resource.direct)
        by_key = frozenset(binding.type for binding in bindings if binding.lookup == "by_key")
        self.parallel = min(parallel, MOST_PARALLEL)
        self._client = client
        self._lookup = Lookup(client, by_key)
        self._series = NumberSeries(client, self._lookup)
        self._executor = ThreadPoolExecutor(max_workers=self.parallel, thread_name_prefix="lookup")
        self._loose = LooseLookup(client.contract, self._lookup, self._executor)
        self._uploads = Uploads(client.errors, self._lookup, self._executor)
        self._models: dict[str, WriteModel] = {}
        self._mutations: dict[tuple[str, Operation, str], FoundMutation | None] = {}
        # Acts that the server knows in other words than those that count.
        self._reworded: dict[tuple[str, Operation], Mapping[str, str]] = {}

    def close(self) -> None:
        """Ends all waiting and closes the connections."""
        self._client.close()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def company_list(self) -> CompanyList:
        """The organizations of the sign-in."""
        return self._client.company_list()

    def model(self, resource: Resource) -> WriteModel:
        """What the contract says that creates and updates of the object accept."""
        if resource.name not in self._models:
            self._models[resource.name] = write_model(self._client.contract, resource, resource.on(DIRECT))
        return self._models[resource.name]

    def missing_rights(self, company: Company, operations: Mapping[Resource, Collection[Operation]]) -> MissingRights:
        """The mutations that `userAccessPolicyCheck` does not allow; none where the server cannot tell."""
        called = (
            self._found(company, resource, operation) for resource, wanted in operations.items() for operation in wanted
        )
        # An act that a market does not have is never called there.
        names = list(dict.fromkeys(mutation.name for mutation in called if mutation))
        actions = ", ".join(f'"{name}"' for name in names)
        query = Query(f"query {{ policies: userAccessPolicyCheck(actions: [{actions}]) {{ action isAllowed }} }}", {})
        try:
            data = self._client.post(
                company,
                "",
                query.body(),
                lambda answer: self._client.answers.data_or_raise(answer, PLAIN_DECODER),
            )
        except SageActiveError as error:
            if error.fault == BUSINESS_RULE:
                return MissingRights()
            raise
        policies = data.get("policies") or ()
        denied = [str(policy["action"]) for policy in policies if policy.get("isAllowed") is False]
        return MissingRights(denied, is_everything=len(denied) == len(names))

    def journals(self, company: Company, kind: str) -> Mapping[str, str]:
        """Code and id of the journals of a type."""
        journals = self._lookup.resolve(company, JOURNALS, (), fresh=False)
        return {code: found.id for (code,), found in journals.items() if found.row.get("type") == kind}

    def usual_series(self, resource: Resource, company: Company) -> str | None:
        """The number series of documents that name none."""
        return self._series.usual(resource, company)

    def last_final_day(self, resource: Resource, company: Company, series: str | None, zone: tzinfo) -> str | None:
        """The day of the latest final document of a number series."""
        return self._series.last_day(resource, company, series, zone)

    def find(
        self, resource: Resource, company: Company, member: str, values: Sequence[str], *, fresh: bool = False
    ) -> Iterator[Row]:
        """The rows whose `member`, or key of that name, is one of `values`; for the marker, contains one of them.

        Always fresh.

        For an identification number in its one form, also the rows that had it in another spelling when the list of
        all of them was read, once. An id comes back as it was asked for, in upper or lower case. Raises
        `SageActiveError`, also where the server keeps `member` to itself: then nothing could be recognised.
        """
        del fresh
        binding, model = resource.on(DIRECT), self.model(resource)
        # The server refuses a whole filter for one value that is not one of its ids.
        ids = {value.lower(): value for value in values if is_uuid(value)} if member == "id" else {}
        values = list(ids.values()) if member == "id" else values
        is_marker = member == binding.marker
        key, fields = model.natural_key(member), self._client.contract.fields(binding.type)
        if key.filtered:
            return self._uploads.find(resource, model, company, key, values)
        if key.forms:
            return self.find(resource, company, ID, self._loose.ids(binding, model, company, key, values))
        spelled = self._lookup.identified(binding, company, member) if member in model.identifications else {}

        def rows(chunk: Sequence[str]) -> list[Row]:
            others = [row_id for value in chunk for row_id in spelled.get(value, ())]
            by_key = keyed(fields, key, model.key_kinds, chunk) if not is_marker else None

            def where(shape: Shape) -> Where | None:
                if by_key:
                    return any_of(by_key(shape), {"id": {"in": others}} if others else None)
                return any_of(*({member: {"contains": value}} for value in chunk))

            return [recognised(row) for row in self._lookup.rows(resource, binding, model, company, where)]

        def recognised(row: Row) -> Row:
            if any(key.path(name)[0] not in row for name in key.members):
                raise self._client.errors.of(CONTRADICTION, detail=f"it does not give `{member}` back")
            return {**row, "id": ids.get(str(row["id"]).lower(), row["id"])} if ids else row

        chunks = _chunks(values, MARKERS_PER_FILTER if is_marker else VALUES_PER_FILTER)
        return chain.from_iterable(self._executor.map(rows, chunks))

    def alike(self, resource: Resource, company: Company, documents: Sequence[Row]) -> Sequence[Row]:
        """The documents that are like one of these, as far as filters can tell."""
        return self._loose.alike(resource.on(DIRECT), company, documents)

    def resolve(
        self, company: Company, reference: Reference, keys: Collection[Key], *, fresh: bool = False
    ) -> Mapping[Key, Found]:
        """The entities of `reference.type` with these natural keys, or with these ids in lower case."""
        if reference.key == ("id",):
            # The server refuses a whole filter for one value that is not one of its ids.
            keys = [key for key in keys if is_uuid(key[0])]

        def found(chunk: Sequence[Key]) -> Mapping[Key, Found]:
            return self._lookup.resolve(company, reference, chunk, fresh)

        chunks = _chunks(list(keys), VALUES_PER_FILTER if reference.type in self._lookup.by_key else len(keys) or 1)
        return {key: value for part in self._executor.map(found, chunks) for key, value in part.items()}

    def listed(self, company: Company, reference: Reference, *, fresh: bool = False) -> Sequence[Row]:
        """All entities of a type."""
        return self._lookup.listed(company, reference, fresh)

    def select(
        self, company: Company, type_name: str, paths: Sequence[Sequence[str]], where: Sequence[Row] = ()
    ) -> Sequence[Row]:
        """The entities of a type that all of these filters select; a list without pages takes none."""
        return self._lookup.select(company, type_name, paths, all_of(*where))

    def derived(self, resource: Resource, company: Company, ids: Collection[str]) -> Collection[str]:
        """The documents that `relatedSalesDocuments` leads back to another one.

        Source: docs/reference/documents.md, "Links between documents".
        """
        known = [row_id for row_id in ids if is_uuid(row_id)]
        found = self._executor.map(partial(self._lookup.derived, company), _chunks(known, VALUES_PER_FILTER))
        return frozenset(chain.from_iterable(found))

    def send(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        """Sends the commands as aliases of one request.

        What the server refuses as a whole before it carries anything out is sent again one by one: then each refusal
        tells which command it concerns. A file travels in a request of its own. Raises `SageActiveError` when nothing
        was done.
        """
        upload = upload_of(commands[0])
        if upload is None:
            return self._send(company, commands)
        if len(commands) > 1:
            return self._one_by_one(company, commands)
        (command,), model = commands, self.model(commands[0].resource)
        return [self._uploads.send(company, model, command, upload, lambda: self._send(company, commands)[0])]

    def _send(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        commands = [self._worded(command) for command in commands]
        body, headers = encoded(self._document(company, commands))
        try:
            answered = self._client.post(
                company,
                commands[0].resource.name,
                body,
                self._client.answers.mutations,
                headers=headers,
                idempotent=False,
            )
        except SageActiveError as error:
            if error.fault.effect is Effect.UNKNOWN:
                return [Unknown(error, may_still=True) for _ in commands]
            raise
        if refused_before_execution(answered) and len(commands) > 1:
            return self._one_by_one(company, commands)
        return [
            self._in_other_words(company, command, reply) if isinstance(reply, Refused) else reply
            for command, reply in zip(commands, self._replies(company, commands, answered), strict=True)
        ]

    def _worded(self, command: Command) -> Command:
        """The command in the words that the server knows."""
        members = self._reworded.get((command.resource.name, command.operation))
        return replace(command, input={**command.input, **members}) if members else command

    def _in_other_words(self, company: Company, command: Command, refusal: Refused) -> Reply:
        """What becomes of a refused act that another source calls otherwise."""
        instead = self._mutation(company, command.resource, command.operation).instead
        if not instead or instead.items() <= command.input.items():
            return refusal
        (reply,) = self.send(company, [replace(command, input={**command.input, **instead})])
        if isinstance(reply, Done):
            self._reworded[command.resource.name, command.operation] = instead
        return refusal if isinstance(reply, Refused) else reply

    def confirm(self) -> None:
        """Nothing to do: a lookup raises where the server keeps a key to itself."""

    def _mutation(self, company: Company, resource: Resource, operation: Operation) -> FoundMutation:
        """How an operation is called in a company's market. Raises `KeyError` where the API does not have it."""
        if found := self._found(company, resource, operation):
            return found
        raise KeyError(f"the contract has no mutation to {operation.value} {resource.name}")

    def _found(self, company: Company, resource: Resource, operation: Operation) -> FoundMutation | None:
        binding, at = resource.on(DIRECT), (resource.name, operation, company.market)
        if at not in self._mutations:
            lifecycle = binding.lifecycle_in(company.market)
            self._mutations[at] = find_mutation(self._client.contract.schema, binding, operation, lifecycle)
        return self._mutations[at]

    def _document(self, company: Company, commands: Sequence[Command]) -> Mapping[str, Any]:
        declared, body, variables = [], [], {}
        for index, command in enumerate(commands):
            mutation = self._mutation(company, command.resource, command.operation)
            declared.append(f"$i{index}: {mutation.input_type.name}!")
            body.append(f"m{index}: {mutation.name}(input: $i{index}) {{ {mutation.reply_selection} }}")
            variables[f"i{index}"] = _input(command, mutation)
        return {"query": f"mutation({', '.join(declared)}) {{ {' '.join(body)} }}", "variables": variables}

    def _row_id(self, company: Company, command: Command, result: Mapping[str, Any]) -> str | None:
        mutation = self._mutation(company, command.resource, command.operation)
        return (mutation.gives_id and result.get(mutation.reply_selection)) or command.input.get(ID)

    def _one_by_one(self, company: Company, commands: Sequence[Command]) -> list[Reply]:
        replies: list[Reply] = []
        for command in commands:
            try:
                replies += self.send(company, [command])
            except SageActiveError as error:
                if not replies:
                    raise
                # What was sent before stays done, so the rest can no longer be refused as a whole.
                return replies + [Unknown(error, may_still=False)] * (len(commands) - len(replies))
        return replies

    def _replies(self, company: Company, commands: Sequence[Command], answered: MutationAnswer) -> list[Reply]:
        """What became of each command.

        One of several that fails may null the whole `data` though others were committed, or undo others that have a
        result: after any error nothing that travelled with it is certain (docs/reference/server-behaviour.md, "Several
        mutations in one request").
        """
        data, errors = answered.data, answered.errors
        refusal = partial(self._client.answers.refusal, answered.response, is_write=True)
        whole = refusal(errors) if errors else None
        if whole and whole.fault.concerns is Concern.CONNECTION and not any(data.values()):
            raise whole
        is_alone = len(commands) == 1
        replies: list[Reply] = []
        for index, command in enumerate(commands):
            alias = f"m{index}"
            result = data.get(alias)
            row_id = self._row_id(company, command, result) if isinstance(result, Mapping) else None
            own_errors = errors if is_alone else [error for error in errors if error.path and error.path[0] == alias]
            is_certain = result is None and own_errors and not any(map(may_follow_a_commit, own_errors))
            if row_id and (is_alone or not whole):
                replies.append(Done(str(row_id)))
            elif is_certain and (is_alone or answered.envelope.data is not None):
                field = next(filter(None, map(named_field, own_errors)), None)
                replies.append(Refused(refusal(own_errors), field))
            else:
                detail = "no result and no reason"
                doubt = whole or self._client.errors.of(CUT_SHORT, detail=detail)
                replies.append(Unknown(doubt, may_still=runs_on(errors)))
        return replies


def _chunks(values: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _input(command: Command, mutation: FoundMutation) -> Mapping[str, Any]:
    """What is sent: the id under the name that the mutation has for it, and what an act says by itself.

    What the command says of it goes before.
    """
    if mutation.id_member in (None, ID) and not mutation.sets:
        return mutation.worded(command.input)
    rest = {name: value for name, value in command.input.items() if name != ID}
    return {str(mutation.id_member): command.input[ID], **mutation.sets, **rest}
