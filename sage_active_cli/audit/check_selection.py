"""Which checks a run makes."""

from collections.abc import Sequence

from sage_active.errors import configuration_error
from sage_active.nearest import nearest
from sage_active_cli.audit.check import Check


def select_checks(names: str | None, checks: Sequence[Check]) -> list[Check]:
    """The checks of a list of names with commas between them; all without one, in the order of the table.

    Raises a configuration error for a name that is not one, with the nearest that is.
    """
    if names is None:
        return list(checks)
    known = {check.name.casefold(): check for check in checks}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name.casefold() not in known:
            every = [check.name for check in checks]
            meant = nearest(name, every)
            remedy = f"Did you mean {meant}? " if meant else ""
            raise configuration_error(f"There is no check {name!r}.", f"{remedy}The checks are {', '.join(every)}.")
    if not wanted:
        raise configuration_error("--checks names no check.", "Leave it out to make all of them.")
    chosen = {name.casefold() for name in wanted}
    return [check for check in checks if check.name.casefold() in chosen]
