"""A bar on stderr that shows how far a command is, where somebody looks at it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

Step = Callable[[], None]


@contextmanager
def progress_bar(label: str, steps: int) -> Iterator[Step]:
    """Yields what moves the bar by one of `steps`."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(label, total=steps)
        yield lambda: bar.advance(task)
