"""What a census asks in place of a read's own pages: the same rows, in the same order, by the read's strategy."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sage_active.client import ReadRequest
from sage_active.direct.contract import Contract
from sage_active.direct.field_selection import FieldSelection
from sage_active.direct.filters import Where, all_of, moment
from sage_active.direct.modes import Mode, filter_of, lacks_dates
from sage_active.direct.query import RootField, Shape, WrittenField, page_content, written_field
from sage_active.direct.strategies.by_date import changed_by_date
from sage_active.direct.strategies.selection import order_of
from sage_active.direct.strategy import strategy_of
from sage_active.markets import DIRECT
from sage_active.resources.resource import ByDate, DirectResource, Strategy, Whole, Windowed

# Strategies whose first page comes with a count of all rows.
SURVEYED: Final = (Windowed, ByDate, Whole)
# Whole rows that the first question asks for where changes are read: what the lookback brings again, and a little more.
ROWS_OF_CHANGES: Final[Mapping[type[Strategy], int]] = MappingProxyType({Windowed: 5, ByDate: 25})
MODE: Final = Mode.WINDOWS_OF_CHANGES
# The variable of filters that holds the moment since which changes are asked for.
SINCE: Final = "since"
MOST_QUESTIONS: Final = 200


@dataclass(frozen=True, slots=True)
class SurveyedRead:
    """One read, and what would be asked for it at present."""

    request: ReadRequest
    contract: Contract
    selection: FieldSelection
    shape: Shape
    page_size: int
    # Bounds what is asked for beyond the read's own filter.
    narrowed: Where | None = None

    @property
    def asks_for_rows(self) -> bool:
        """Whether the first question is for whole rows."""
        return bool(self.request.since and self._rows_of_changes and self.page_size >= self._rows_of_changes)

    def first(self) -> WrittenField:
        """The first question."""
        if self.asks_for_rows:
            return self.page(self._rows_of_changes)
        if not isinstance(self._strategy, Windowed):
            return self._field(1, " ".join(self._binding.row_key))
        # Without the dates that its filter needs, the read would go on in another way.
        return self._field(1, "id creationDate modificationDate" if self.request.since else "id creationDate")

    def page(self, rows: int) -> WrittenField:
        """A page of whole rows."""
        return self._field(rows, self.selection.text(self.shape))

    @property
    def _binding(self) -> DirectResource:
        return self.request.resource.on(DIRECT)

    @property
    def _strategy(self) -> Strategy:
        return strategy_of(self.contract, self._binding)

    @property
    def _rows_of_changes(self) -> int:
        """0 where changes cannot be asked for."""
        return ROWS_OF_CHANGES.get(type(self._strategy), 0)

    def _field(self, rows: int, selection: str) -> WrittenField:
        if isinstance(self._strategy, Windowed) and self.narrowed is None:
            return self._written_once(rows, selection)
        return self._written(rows, selection)

    def _written_once(self, rows: int, selection: str) -> WrittenField:
        """Companies differ by the moment alone: the text is the same for all of them."""
        request, written = self.request, self.selection.questions
        key = (rows, selection, request.since is None, request.not_before, request.open_documents)
        # Another thread may clear what is kept at any time.
        field = written.get(key)
        if field is None:
            if len(written) >= MOST_QUESTIONS:
                written.clear()
            field = written[key] = self._written(rows, selection)
        if request.since is None:
            return field
        return field._replace(variables={**field.variables, SINCE: moment(SINCE, request.since)})

    def _written(self, rows: int, selection: str) -> WrittenField:
        return written_field(RootField(self._binding.root, self._arguments(rows), page_content(selection)))

    def _arguments(self, rows: int) -> Mapping[str, Any]:
        """What the read's own pages are asked for with, but for their size."""
        strategy = self._strategy
        if isinstance(strategy, Whole):
            # It may have neither a filter nor an order, which is why it is read as a whole.
            return {"first": rows, "where": filter_of(self.contract, self.request, Mode.WHOLE)}
        where = (
            changed_by_date(strategy, self.request)
            if isinstance(strategy, ByDate)
            else filter_of(self.contract, self.request, MODE)
        )
        return {"first": rows, "where": all_of(where, self.narrowed), "order": order_of(self._binding)}


def surveyed_read(
    request: ReadRequest, contract: Contract, selection: FieldSelection, shape: Shape, page_size: int
) -> SurveyedRead | None:
    """What to ask; None where the read would begin in another way, or not be of this company's market."""
    binding = request.resource.on(DIRECT)
    is_windowed = isinstance(strategy_of(contract, binding), Windowed)
    if not binding.is_in(request.company.market) or (is_windowed and lacks_dates(shape, request, MODE)):
        return None
    return SurveyedRead(request, contract, selection, shape, page_size)
