"""From the content of a record to the item that is written: company, checked values, keys, days and amounts."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import COMPANY_COLUMN, Target
from destination_sage_active.input.content import content_if_readable
from destination_sage_active.input.messages import Record
from destination_sage_active.input.routing import Routing
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.amounts.contradictions import contradiction
from destination_sage_active.plan.amounts.currency import HOME, in_home_currency, other_currencies
from destination_sage_active.plan.amounts.net_prices import refuse_gross_prices
from destination_sage_active.plan.amounts.stated_amounts import stated_amounts
from destination_sage_active.plan.amounts.tax_accounts import states_no_register
from destination_sage_active.plan.conditions.deleted import deleted_values, disabling_flags
from destination_sage_active.plan.conditions.effects import Effects
from destination_sage_active.plan.conditions.rules import refuse_forbidden, require_valid
from destination_sage_active.plan.content.days import Days
from destination_sage_active.plan.content.market_models import MarketModels
from destination_sage_active.plan.content.members import Members
from destination_sage_active.plan.content.record_files import RecordFiles
from destination_sage_active.plan.content.validate import UnresolvedReference, validate
from destination_sage_active.plan.content.versions import version_of
from destination_sage_active.plan.identity import identities, owners, shown_key
from destination_sage_active.plan.item import Item
from destination_sage_active.record.key import RecordKey
from destination_sage_active.record.marker import without_markers
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.record.stream import Stream
from sage_active.client import Company
from sage_active.resources.lifecycle import OF_RECORD
from sage_active.unsigned import unsigned
from sage_active.writing import Row, WriteModel, key_text

LOGGER = logging.getLogger("airbyte")


class ItemBuilder:
    """Makes items of one sync. `members`: what the records of each stream have, by the names of Sage Active."""

    def __init__(
        self,
        config: DestinationConfig,
        routing: Routing,
        targets: Mapping[Stream, Target],
        models: Mapping[str, WriteModel],
        effects: Effects,
    ) -> None:
        self.members: Final = {
            target.stream: Members(
                models[target.resource.name], [path[0] for path in (*target.primary_key, target.cursor) if path]
            )
            for target in targets.values()
        }
        self._config = config
        self._routing = routing
        self._models = models
        self._market_models = MarketModels(models)
        self._days = Days(config.zone, models)
        self._effects = effects
        self._files = RecordFiles(config.files_folder)
        self._streams_with_currencies: set[Stream] = set()

    def complete(self, target: Target, data: dict[str, Any]) -> None:
        """Puts the members of a record under their names in Sage Active. Raises `Rejected`."""
        self.members[target.stream].complete(data)

    def build(
        self, record: Record, ticket: Ticket, data: dict[str, Any], *, is_deleted: bool, is_first: bool
    ) -> tuple[Company, Item]:
        """The item of a record with these members, and the company that it is written to.

        `is_first`: the record did not wait for others, so what is to be reported of it has not been yet. Raises
        `Rejected`.
        """
        target = record.target
        company = self._routing.company(data.get(COMPANY_COLUMN))
        model = self._market_models.of(target.resource.name, company)
        own_ids = self._routing.has_own_ids(data.get(COMPANY_COLUMN), company)
        if not is_deleted:
            refuse_forbidden(model, data)
            data = self._in_home_currency(target, model, data)
            refuse_gross_prices(model, data)
        values = (
            deleted_values(model, data) if is_deleted else self._values(target, model, data, company, own_ids=own_ids)
        )
        values = unsigned(model.amounts, values)
        if not is_deleted:
            require_valid(model, data, values)
        number = self._number(target, model, values)
        withheld = self._effects.withhold(
            company, model, values, is_copy=self._routing.redirects(data.get(COMPANY_COLUMN))
        )
        self._tidy_keys(model, values)
        converted = self._days.convert(model.resource.name, values)
        source_id = self._config.source_id
        row_owners = tuple(owners(model, target, data, source_id))
        marks = row_owners if model.marker else ()
        keys = identities(model, target, data, values, marks, own_ids=own_ids)
        stated = None if is_deleted else stated_amounts(model, data)
        if stated and (wrong := contradiction(model, values, stated, self._config.tolerance)):
            raise wrong
        if not is_deleted or target.deleted_rows == "disable":
            self._routing.accepted(data.get(COMPANY_COLUMN))
        item = Item(
            record,
            ticket,
            model,
            # The key of a deleted row has found its way into the identities, and nothing else of the record counts.
            dict.fromkeys(disabling_flags(model), True) if is_deleted else values,
            keys,
            row_owners,
            version=version_of(target, company, data, keys, next(iter(marks), None)),
            is_deleted=is_deleted,
            stated=stated,
            number=number,
            withheld=withheld.members,
            state=_state(target, model, data),
            has_register=not states_no_register(model, data),
        )
        if withheld.requested and is_first and not is_deleted:
            self._effects.note(target.stream, item.key, withheld)
        if converted and is_first and not is_deleted:
            self._days.report(target.stream, item.key, converted)
        return company, item

    def shown_key(self, record: Record) -> RecordKey | None:
        """How messages name a record that is not written."""
        data = content_if_readable(record)
        if data is None:
            return None
        with suppress(Rejected):  # the reason has been given; what names the record may be there all the same
            self.complete(record.target, data)
        return shown_key(self._models[record.target.resource.name], record.target, data)

    def _values(
        self, target: Target, model: WriteModel, data: Row, company: Company, *, own_ids: bool
    ) -> dict[str, Any]:
        number = model.amounts.number if model.amounts else None
        left_out = frozenset() if target.keep_numbers or number is None else frozenset({number})
        data, file_values = self._files.read(model.uploading, data)
        values = {**validate(model.fields, data, own_ids=own_ids, left_out=left_out), **file_values}
        for writable in model.fields:
            if writable.local and writable.name not in values and data.get(writable.name):
                self.members[target.stream].ignored.setdefault(writable.name, None)
            if writable.chosen and values.get(writable.chosen.member) in writable.chosen.of_company:
                values[writable.name] = company.id
        return values

    def _number(self, target: Target, model: WriteModel, values: dict[str, Any]) -> str | None:
        """Takes out of the values the number that a document becomes final under."""
        member = model.amounts.number if model.amounts else None
        number = key_text(values.pop(member, None)) if member else ""
        return number or None if target.keep_numbers else None

    def _tidy_keys(self, model: WriteModel, values: dict[str, Any]) -> None:
        """Takes from the values what would hide the record from the next lookup: foreign marks, blanks around keys."""
        if model.marker and model.marker in values:
            values[model.marker] = without_markers(values[model.marker])
        for name in (*model.key_members, *model.document_keys):
            # The id of what is referred to is not there yet.
            if values.get(name) and not isinstance(values[name], UnresolvedReference):
                # What compares in a form of its own is sent as it is spelled; days have not been converted yet.
                is_plain = name not in model.key_forms
                values[name] = (model.key_form(name, values[name]) if is_plain else key_text(values[name])) or None

    def _in_home_currency(self, target: Target, model: WriteModel, data: dict[str, Any]) -> dict[str, Any]:
        """The record in the company's currency; says once for each stream that it speaks of another one as well."""
        in_home = in_home_currency(model, data)
        if target.stream not in self._streams_with_currencies and (others := list(other_currencies(model, data))):
            self._streams_with_currencies.add(target.stream)
            LOGGER.warning(
                "Stream `%s`: amounts are written as %s; what %s says is not.",
                *(target.label, HOME, " and ".join(f"`{name}`" for name in dict.fromkeys(others))),
            )
        return in_home


def _state(target: Target, model: WriteModel, data: Row) -> str | None:
    """What a document is to become; None: it has no states, or the options of the engine say it."""
    if target.target_state == OF_RECORD and model.lifecycle:
        return model.lifecycle.state_of(data.get(model.lifecycle.member))
    return target.target_state
