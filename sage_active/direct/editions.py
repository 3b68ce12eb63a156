"""Which refusals mean that the company's edition of Sage Active does not have an object."""

from sage_active.direct.answers import GraphQLRefusal
from sage_active.errors import SageActiveError
from sage_active.faults import Api, Denial, Fault, classify


def is_edition(fault: Fault) -> bool:
    """Whether a fault means the edition; every other refusal, also an unclear one, means a right."""
    return fault.denies is Denial.EDITION


def lacks_object(error: SageActiveError) -> bool:
    """Whether the company's edition does not have the object at all.

    So it is when every error is about the edition and lies at a root field. One about a field of the rows, or without a
    path, leaves open whether there are rows.
    """
    return (
        is_edition(error.fault)
        and isinstance(error, GraphQLRefusal)
        and all(
            len(failure.path or ()) == 1 and is_edition(classify(Api.DIRECT, None, text=failure.message or ""))
            for failure in error.errors
        )
    )
