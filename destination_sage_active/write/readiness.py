"""Which items are written now: the newest version of each record, once what it refers to is there."""

from collections.abc import Iterator, Mapping, Sequence

from destination_sage_active.input.catalog import Target
from destination_sage_active.input.deferred import DeferredRecords
from destination_sage_active.input.messages import Record
from destination_sage_active.input.states import Ticket
from destination_sage_active.plan.conditions.deleted import Revivals, disabling_flags
from destination_sage_active.plan.conditions.rivals import Rivals
from destination_sage_active.plan.content.validate import UnresolvedReference
from destination_sage_active.plan.content.versions import Versions
from destination_sage_active.plan.item import Item
from destination_sage_active.plan.references import References, unanswered
from destination_sage_active.record.rejection import Rejected
from destination_sage_active.report.report import SetAside
from destination_sage_active.write.after_closing import AfterClosing
from destination_sage_active.write.outcome_recorder import OutcomeRecorder
from destination_sage_active.write.stream_failures import StreamFailures
from sage_active.client import Company
from sage_active.writing import WriteModel


class Readiness:
    """Sorts items out, and keeps records that wait for what they refer to.

    `creating`: where rows are created that others may refer to; `is_input_over`: nothing more arrives.
    """

    def __init__(
        self,
        references: References,
        creating: Sequence[Target],
        models: Mapping[str, WriteModel],
        outcomes: OutcomeRecorder,
        failures: StreamFailures,
        after_closing: AfterClosing,
    ) -> None:
        self._references = references
        self._after_closing = after_closing
        self._creating = creating
        self._models = models
        self._outcomes = outcomes
        self._failures = failures
        self._versions = Versions()
        self._revivals = Revivals()
        self._rivals = Rivals()
        self._deferred = DeferredRecords()
        self._is_input_whole = True
        self.is_input_over = False

    def newest(self, company: Company, items: Sequence[Item]) -> list[Item]:
        """The items of one stream that are content, or disable a row; older versions and deleted rows are set aside."""
        older = self._versions.older([item.version for item in items])
        refused = self._rivals.refused(company, [item for index, item in enumerate(items) if index not in older])
        newest: list[Item] = []
        for index, item in enumerate(items):
            if index in older:
                self._outcomes.set_aside(item.target, item.ticket, item.key, SetAside.OLDER)
            elif reason := refused.get(id(item)):
                self._outcomes.reject(item.record, item.ticket, item.key, reason)
            elif item.is_deleted and item.target.deleted_rows == "ignore":
                self._outcomes.set_aside(item.target, item.ticket, item.key, SetAside.DELETED)
            elif item.target.deleted_rows == "disable":
                newest.append(self._revivals.revived(item, item.names(company), disabling_flags(item.model)))
            else:
                newest.append(item)
        return newest

    def resolved(self, company: Company, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """The items whose references are known; others wait for what is still to come, or are rejected or left.

        A later version of a record that waits waits too, or the earlier one would be written over it. The second list:
        once nothing more arrives, items that may refer to one of the first, to be tried again when that is written.
        """
        ready: list[Item] = []
        unanswered_items: list[tuple[Item, UnresolvedReference]] = []
        results = self._references.fill(company, items, fresh=self.is_input_over)
        for item, result in zip(items, results, strict=True):
            if isinstance(result, Rejected):
                self._outcomes.reject(item.record, item.ticket, item.key, result)
            elif not self.is_input_over and (
                self._deferred.holds(names := item.names(company)) or self._may_come(result)
            ):
                self._deferred.add(item.record, item.ticket, names)
            elif isinstance(result, Item):
                ready.append(result)
            else:
                unanswered_items.append((item, result))
        again = []
        for item, need in unanswered_items:
            if ready and need.reference.type == item.model.type:
                again.append(item)
            else:
                self._unanswered(item, need)
        return ready, again

    def break_off(self) -> None:
        """The input ended too early: what is not there may have been in its rest."""
        self._is_input_whole = False

    def end_input(self) -> Iterator[tuple[Record, Ticket]]:
        """Nothing more arrives: gives back the records that wait."""
        self.is_input_over = True
        return self._deferred.drain()

    def close(self) -> None:
        """Forgets everything."""
        self._deferred.close()
        self._versions.close()

    def _may_come(self, result: Item | UnresolvedReference) -> bool:
        return isinstance(result, UnresolvedReference) and result.reference.type in self._references.expected

    def _unanswered(self, item: Item, need: UnresolvedReference) -> None:
        if self._after_closing.takes(item, need.member):
            return
        if lost := self._lost(need.reference.type):
            self._failures.leave(
                item.target,
                f"refer to what stream `{lost.label}` was to bring, and that one was not written completely",
                f"Fix what the error of `{lost.label}` names.",
            )
        elif not self._is_input_whole:
            self._failures.leave(
                item.target,
                "refer to what is not there, and the input broke off before its end",
                "See the error of the input.",
            )
        else:
            self._outcomes.reject(item.record, item.ticket, item.key, unanswered(need))

    def _lost(self, type_name: str) -> Target | None:
        """The stream that was to bring entities of this type, and did not bring all of them."""
        for target in self._creating:
            if self._models[target.resource.name].type == type_name and self._failures.concern(target.stream):
                return target
        return None
