"""Where the documents of a stream are posted: the journal that the stream names, or the option of 0.1."""

from typing import Final

from sage_active.markets import CONNECTION_LABELS, MAESN
from sage_active.resources.lifecycle import Journal
from sage_active.resources.resource import Resource
from sage_active.resources.table import RESOURCES

# The type of journal that `posting_journal`, the option of 0.1, names one of.
FORMER_TYPE: Final = "SALES_INVOICE"


def journal_types(resource: Resource) -> frozenset[str]:
    """The types of journals that the documents of an object need on their way."""
    lifecycles = resource.direct.lifecycles if resource.direct else ()
    inputs = (source for known in lifecycles for step in known.steps for source in step.inputs.values())
    return frozenset(source.type for source in inputs if isinstance(source, Journal))


def journal_of(journal: str | None, posting_journal: str | None, resource: Resource) -> str | None:
    """The code of the journal that documents are posted to; None: a company has one only.

    `journal`: what the stream says; `posting_journal`: the option of 0.1.
    """
    return journal or (posting_journal if FORMER_TYPE in journal_types(resource) else None)


def require_posted(stream: str, resource: Resource, connection: str) -> None:
    """Raises `ValueError` where a stream names a journal, and nothing of it is ever posted."""
    if not journal_types(resource):
        posted = ", ".join(other.name for other in RESOURCES if journal_types(other))
        raise ValueError(
            f"stream `{stream}`: {resource.name} are not posted to a journal, only {posted}; leave `journal` out"
        )
    if connection == MAESN:
        raise ValueError(
            f"stream `{stream}`: `journal` is not offered by the connection {CONNECTION_LABELS[MAESN]}; leave it out"
        )


def translation(posting_journal: str | None) -> str | None:
    """How the option of 0.1 is understood, for the log; None where it is not there."""
    if posting_journal is None:
        return None
    return (
        "`posting_journal`: deprecated, taken as `journal` of the streams that name none and are posted to one of "
        f"the type {FORMER_TYPE}."
    )
