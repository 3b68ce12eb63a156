"""A bar on stderr that shows how far a command is, where somebody looks at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from sage_active_cli.console import ERRORS

Step = Callable[[], None]


@contextmanager
def progress_bar(label: str, steps: int) -> Iterator[Step]:
    """Yields what moves the bar by one of `steps`."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERRORS, transient=True, disable=not ERRORS.is_terminal) as bar:
        task = bar.add_task(label, total=steps)
        yield lambda: bar.advance(task)
