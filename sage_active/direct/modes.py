"""How much of the API's filters a read relies on, and the filters that follow from that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum

from sage_active.client import ReadRequest
from sage_active.direct.contract import Contract
from sage_active.direct.filters import Where, all_of, any_of, changed_since, moment
from sage_active.direct.query import Shape
from sage_active.direct.strategy import strategy_of
from sage_active.resources.resource import Windowed


class Mode(Enum):
    """Each is the fallback of the one before."""

    WINDOWS_OF_CHANGES = "windows of creation dates, filtered by change date"
    WINDOWS = "windows of creation dates, unfiltered"
    WHOLE = "one read without filter or order"


def possible_modes(contract: Contract, request: ReadRequest) -> Sequence[Mode]:
    """What may be tried: where the contract has no dates, there is nothing to filter or to cut windows by."""
    binding = request.resource.direct
    return list(Mode) if binding and isinstance(strategy_of(contract, binding), Windowed) else [Mode.WHOLE]


def lacks_dates(shape: Shape, request: ReadRequest, mode: Mode) -> bool:
    """Whether the server no longer has the date that a mode relies on."""
    binding = request.resource.direct
    missing_fields = {name for owner, name in shape.dropped if binding and owner == binding.type}
    needed = {
        Mode.WINDOWS_OF_CHANGES: {"creationDate", "modificationDate"} if request.since else {"creationDate"},
        Mode.WINDOWS: {"creationDate"},
        Mode.WHOLE: set(),
    }
    return not needed[mode].isdisjoint(missing_fields)


def filter_of(contract: Contract, request: ReadRequest, mode: Mode) -> Where | None:
    """The filter of a read, without its window."""
    binding = request.resource.direct
    if binding is None or mode is not Mode.WINDOWS_OF_CHANGES:
        return _place_filter(request)

    def changed(name: str, since: datetime | None) -> Where | None:
        if since is None:
            return None
        return changed_since(contract, binding.root, contract.fields(binding.type), moment(name, since))

    return all_of(
        binding.where,
        changed("not_before", request.not_before),
        any_of(changed("since", request.since), _open_documents(request)),
    )


def guards_of(contract: Contract, request: ReadRequest, mode: Mode) -> list[Where | None]:
    """Filters, without their window, whose counts tell when a row leaves the read's filter while another one enters it.

    All rows: they only leave by being deleted. Where open documents are read, the changed ones alone: they only leave
    by being deleted, while an open document leaves by being settled.
    """
    if mode is not Mode.WINDOWS_OF_CHANGES or not (request.since or request.not_before):
        return []
    changed_alone = replace(request, open_documents=False)
    changes = [filter_of(contract, changed_alone, mode)] if _open_documents(request) else []
    return [_place_filter(request), *changes]


def _place_filter(request: ReadRequest) -> Where | None:
    return request.resource.direct.where if request.resource.direct else None


def _open_documents(request: ReadRequest) -> Where | None:
    """The filter for documents that are not final, where they are to be read although they have not changed."""
    binding = request.resource.direct
    return binding.open_documents if binding and request.open_documents and request.since else None
