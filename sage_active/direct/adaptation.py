"""What a client learns about the server while it reads: refused fields, plain shapes, pages that are too expensive.

An unknown field is unknown to the whole market; a refusal for lack of a right or an edition is one company's.
"""

import logging
import sys
import threading
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from sage_active.client import Page, ReadRequest
from sage_active.direct.answers import GraphQLError, GraphQLRefusal
from sage_active.direct.contract import Field
from sage_active.direct.query import Shape
from sage_active.direct.refusals import FieldName, field_of
from sage_active.errors import SageActiveError
from sage_active.faults import FIELD_UNKNOWN, TOO_HEAVY, Action
from sage_active.resources.contract_exceptions import TWO_SHAPES
from sage_active.resources.resource import DirectResource
from sage_active.row_weights import RowKind, RowWeights

LOGGER = logging.getLogger("airbyte")
SMALLEST_PAGE: Final = 1
# A little less than the ratio allows: the cost of a page has a part that does not depend on its size.
CAUTION: Final = 0.95
EVERY_COMPANY: Final = ""
NOTHING_REFUSED: Final = Shape()


@dataclass(frozen=True, slots=True)
class _Learned:
    shape: Shape = NOTHING_REFUSED
    page_size: int | None = None


class Adaptation:
    """Shared by all threads of a client."""

    def __init__(self) -> None:
        self._learned: dict[tuple[str, str, str], _Learned] = {}
        self._weights = RowWeights()
        self._lock = threading.Lock()

    def shape(self, request: ReadRequest) -> Shape:
        """What the server does not have, for one object in one company."""
        with self._lock:
            common, of_company = (self._known(request, company) for company in (EVERY_COMPANY, request.company.id))
        return Shape(common.shape.dropped | of_company.shape.dropped, common.shape.plain | of_company.shape.plain)

    def page_size(self, request: ReadRequest, binding: DirectResource, row_bytes: int) -> int:
        """How many rows a page of the object asks for at present. `row_bytes`: what one weighs by the contract."""
        with self._lock:
            most = self._known(request, EVERY_COMPANY).page_size or binding.rows_of_a_page
        return self._weights.rows(_kind(request, row_bytes), most)

    def weigh(
        self, request: ReadRequest, binding: DirectResource, row_bytes: int, page: Page, *, is_full: bool = False
    ) -> None:
        """Takes the weight of a page's rows into account. `is_full`: it has as many rows as it was asked for."""
        rows = len(page.rows)
        requested = rows if is_full else self.page_size(request, binding, row_bytes)
        self._weights.seen(_kind(request, row_bytes), rows, page.size, requested)

    def learn(
        self,
        request: ReadRequest,
        binding: DirectResource,
        fields: Sequence[Field],
        requested: int,
        document: str,
        refused: GraphQLRefusal,
        *,
        requested_shape: Shape | None = None,
        required: Collection[FieldName] = (),
    ) -> None:
        """Takes a refusal of a page of `requested` rows into account. Raises it when there is nothing to adapt.

        `document`: the query that was refused; errors may say where in it they lie; `requested_shape`: the shape that
        it had, None for the present one; `required`: fields that cannot be left out.
        """
        if refused.fault.action is Action.SMALLER_PAGE:
            ratio = min((_cost_ratio(error) for error in refused.errors), default=0.5)
            self._shrink(request, requested, refused, ratio)
            return
        refused_fields = {found for error in refused.errors if (found := field_of(error, fields, document)) is not None}
        shape = requested_shape or self.shape(request)
        if refused.fault.action is not Action.DROP_FIELD:
            # A filter on a field that has its other shape is refused together with the field.
            refused_fields = (refused_fields & TWO_SHAPES) - shape.plain
        if not refused_fields:
            raise refused
        self._leave_out(request, refused_fields, shape, {(binding.type, "id"), *required}, refused)

    def lighten(self, request: ReadRequest, row_bytes: int, requested: int, error: SageActiveError) -> int:
        """A page of `requested` rows was too large: returns how many to ask for. Raises what is not about its size."""
        if error.fault is not TOO_HEAVY or requested <= SMALLEST_PAGE:
            raise error
        size = self._weights.exceeded(_kind(request, row_bytes), requested)
        name = request.resource.name
        LOGGER.info("Stream %s: a page of %d rows is too large; asking for %d.", name, requested, size)
        return size

    def _shrink(self, request: ReadRequest, requested: int, refused: GraphQLRefusal, ratio: float) -> None:
        if requested <= SMALLEST_PAGE:
            raise refused
        size = max(SMALLEST_PAGE, min(int(requested * ratio * CAUTION), requested - 1))
        name = request.resource.name
        with self._lock:
            known = self._known(request, EVERY_COMPANY)
            if known.page_size is None or size < known.page_size:
                self._learned[name, request.company.market, EVERY_COMPANY] = replace(known, page_size=size)
                LOGGER.info("Stream %s: pages of %d rows are too expensive; asking for %d.", name, requested, size)

    def _leave_out(
        self,
        request: ReadRequest,
        refused_fields: Set[FieldName],
        requested: Shape,
        required: Set[FieldName],
        refused: GraphQLRefusal,
    ) -> None:
        # What the query had not asked for plainly may still be there; others may have learned so in the meantime.
        retyped = {field for field in refused_fields & TWO_SHAPES if field not in requested.plain}
        dropped = refused_fields - retyped
        if not refused_fields or not dropped.isdisjoint(required):
            raise refused
        is_unknown = refused.fault == FIELD_UNKNOWN
        company = EVERY_COMPANY if is_unknown else request.company.id
        with self._lock:
            known = self._known(request, company)
            shape = known.shape
            for owner, name in sorted(dropped - shape.dropped):
                LOGGER.warning(
                    "Stream %s%s: the field %s.%s is left out, because Sage Active refuses it (%s).",
                    request.resource.name,
                    "" if company == EVERY_COMPANY else f", {request.company.label}",
                    owner,
                    name,
                    refused.context.detail,
                )
            shape = Shape(shape.dropped | dropped, shape.plain | retyped)
            self._learned[request.resource.name, request.company.market, company] = replace(known, shape=shape)

    def _known(self, request: ReadRequest, company: str) -> _Learned:
        return self._learned.get((request.resource.name, request.company.market, company), _Learned())


def _kind(request: ReadRequest, row_bytes: int) -> RowKind:
    return RowKind(request.company.market, request.resource.name, row_bytes)


def _cost_ratio(error: GraphQLError) -> float:
    """Allowed cost over stated cost, in either of the two shapes (docs/reference/queries.md, "Cost")."""
    for stated, allowed in (("fieldCost", "maxFieldCost"), ("complexity", "allowedComplexity")):
        cost, limit = error.details.get(stated), error.details.get(allowed)
        if isinstance(cost, (int, float)) and isinstance(limit, (int, float)) and 0 < cost <= sys.float_info.max:
            return float(min(limit, cost)) / float(cost)
    return 0.5
