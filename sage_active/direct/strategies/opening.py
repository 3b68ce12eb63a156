"""Opens the read that a resource's strategy stands for."""

from datetime import datetime, timezone

from sage_active.client import Reading, ReadRequest
from sage_active.direct.counted_reading import open_counted
from sage_active.direct.reading import DirectReading
from sage_active.direct.resumed_reading import open_resumed
from sage_active.direct.strategies.by_date import DatedReading
from sage_active.direct.strategies.one_answer import OneAnswer
from sage_active.direct.strategies.report import ReportReading
from sage_active.direct.strategies.root_values import Sender
from sage_active.direct.strategies.without_parts import NoRows
from sage_active.direct.strategy import strategy_of
from sage_active.first_pages import FirstPageCache
from sage_active.markets import DIRECT
from sage_active.resources.resource import ByDate, PlainList, Report, Singleton, Whole, Windowed


def open_reading(sender: Sender, request: ReadRequest, waiting: FirstPageCache) -> Reading:
    """Plans a read of one resource in one company. Raises `SageActiveError`."""
    binding = request.resource.on(DIRECT)
    if not binding.is_in(request.company.market):
        return NoRows(datetime.now(timezone.utc))
    read = strategy_of(sender.contract, binding)
    if isinstance(read, ByDate):
        return DatedReading.plan(sender, request, read, waiting)
    if isinstance(read, PlainList | Singleton):
        return OneAnswer(sender, request, read, waiting)
    if isinstance(read, Report):
        return ReportReading(sender, request, read, lambda needed: open_reading(sender, needed, waiting), waiting)
    return _open_counted_pages(sender, request, read, waiting)


def _open_counted_pages(
    sender: Sender, request: ReadRequest, read: Windowed | Whole, waiting: FirstPageCache
) -> Reading:
    if isinstance(read, Windowed) and request.attempt:
        return open_resumed(sender, request, request.attempt, waiting)
    if isinstance(read, Windowed) and request.counted:
        return open_counted(sender, request, request.counted, waiting)
    return DirectReading.plan(sender, request, waiting)
