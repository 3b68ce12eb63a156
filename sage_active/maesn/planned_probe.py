"""Whether Maesn already answers for an object that it only plans.

Nothing is kept: the day that Maesn switches an object on, it is read. Creates are never tried: each would be a booking.

Source: docs/reference/maesn.md, "Planned objects".
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sage_active.client import Company, RowBytes
from sage_active.errors import SageActiveError
from sage_active.faults import CONTRADICTION
from sage_active.http.response import Response
from sage_active.maesn.answers import ROWS_DECODER, AnswerDecoder, Pagination
from sage_active.maesn.reading import ROWS_OF_A_PROBE
from sage_active.markets import MAESN
from sage_active.odd_rows import key_of, values_of
from sage_active.offer import Offer, Verdict
from sage_active.resources.capabilities import is_planned
from sage_active.resources.resource import MaesnResource, Resource
from sage_active.resources.table import offered

# A list names no record that could be missing: these mean that there is no such list.
NOT_OFFERED: Final = frozenset({404, 405, 501})
REFUSED: Final = 400
# What Maesn offers: where its list cannot be read, the reason lies in the company, the keys or the server.
CONTROL: Final = next(resource for resource in offered(MAESN) if not is_planned(resource, MAESN))


class FirstPage(Protocol):
    """Sends the request for the first page of a list until `decode` accepts the answer."""

    def __call__(self, resource: Resource, decode: Callable[[Response], Offer], limit: int | None) -> Offer:
        """Without a limit the server decides how many rows there are on it. Raises `SageActiveError`."""


class PlannedProbe:
    """Asks in one company: first for what Maesn offers, then for what it plans."""

    def __init__(self, answers: AnswerDecoder, first_page: FirstPage, company: Company) -> None:
        self._answers = answers
        self._first_page = first_page
        self._company = company

    def offer(self, resource: Resource) -> Offer:
        """The verdict. Raises `SageActiveError` where there is none, and names what was asked for."""
        try:
            target = CONTROL
            self._ask(target, self._control)
            target = resource
            offer = self._ask(target, self._verdict)
            # Perhaps it is only the size of the page that is refused.
            return self._ask(target, self._verdict, limit=None) if offer.status == REFUSED else offer
        except SageActiveError as error:
            doubt = f"{self._company.label}, asked whether `{resource.name}` is offered yet"
            raise error.located(target.name, doubt) from None

    def _ask(
        self,
        resource: Resource,
        verdict: Callable[[MaesnResource, Response], Offer],
        limit: int | None = ROWS_OF_A_PROBE,
    ) -> Offer:
        return self._first_page(resource, lambda answer: verdict(resource.on(MAESN), answer), limit)

    def _control(self, _: MaesnResource, answer: Response) -> Offer:
        return Offer(Verdict.ROWS if self._rows(answer) else Verdict.EMPTY)

    def _verdict(self, binding: MaesnResource, answer: Response) -> Offer:
        if answer.status in NOT_OFFERED or answer.status == REFUSED:
            return Offer(Verdict.NOT_OFFERED, answer.status)
        rows = self._rows(answer)
        names = tuple(filter(None, (binding.key, binding.other_key)))
        if rows and not any(key_of(values.get(name)) for values in map(values_of, rows) for name in names):
            raise self._answers.errors.of(CONTRADICTION, detail=f"rows without `{binding.key}`")
        return Offer(Verdict.ROWS if rows else Verdict.EMPTY)

    def _rows(self, answer: Response) -> Sequence[RowBytes]:
        """The rows of a page. Raises `SageActiveError` for everything that is not a list of them."""
        reply = self._answers.body_or_raise(answer, ROWS_DECODER)
        total = ((reply.meta and reply.meta.pagination) or Pagination()).total
        # The total may be missing beside an empty list, and the list be null beside a total of 0.
        if not reply.data and (reply.errors or total or (reply.data is None and total is None)):
            raise self._answers.errors.of(CONTRADICTION, detail="a page without rows")
        return reply.data or ()
