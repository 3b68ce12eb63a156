"""Entry point of the command `sage-active`."""

import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Final

from click.exceptions import Exit, NoArgsIsHelpError
from click.shell_completion import shell_complete
from rich_click import ClickException, UsageError
from rich_click.rich_context import RichContext

from sage_active.escaping import escaped
from sage_active.runtime import lean_import
from sage_active.runtime.command_line import CONTENT_COMPLAINT, is_any_content
from sage_active.runtime.lost_output import say, with_output, writing
from sage_active.runtime.shutdown import soft_ending
from sage_active_cli.commands import COMPLETION_VARIABLE, PROGRAM, Job, sage_active

INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 when it went well, 1 when it failed by name, 2 for arguments that do not fit, 3 undecided.
    """
    if instruction := os.environ.get(COMPLETION_VARIABLE):
        return with_output(lambda: shell_complete(sage_active, {}, PROGRAM, COMPLETION_VARIABLE, instruction))
    return with_output(lambda: _run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    try:
        with writing():
            job = _parse(arguments)
    except Exit as ended:
        return ended.exit_code
    except ClickException as error:
        for line in _complaint(error, arguments).splitlines():
            say(line)
        return error.exit_code
    return _done(job)


def _parse(arguments: Sequence[str]) -> Job:
    """What the arguments ask for. Raises `Exit` after a help or a version, and `ClickException`."""
    with sage_active.make_context(PROGRAM, list(arguments)) as context:
        job = sage_active.invoke(context)
    if not isinstance(job, Job):
        raise TypeError("a command must say what is to be done")
    return job


def _complaint(error: ClickException, arguments: Sequence[str]) -> str:
    """What does not fit, in rich's frame. It quotes no argument that is JSON, and no control characters."""
    if isinstance(error, NoArgsIsHelpError):
        return error.message
    message = CONTENT_COMPLAINT if is_any_content(arguments) else escaped(error.format_message())
    context = error.ctx if isinstance(error, UsageError) and error.ctx else None
    formatter = (context if isinstance(context, RichContext) else RichContext(sage_active)).make_formatter(
        error_mode=True
    )
    formatter.write_error(UsageError(message, context))
    return formatter.getvalue()


def _done(job: Job) -> int:
    # Not earlier: they take a while to import, and --help can do without.
    command = lean_import.imported(partial(import_module, f"sage_active_cli.{job.module}"))
    from sage_active.errors import SageActiveError  # noqa: PLC0415
    from sage_active_cli.console import complain, prepare  # noqa: PLC0415

    class Complaints(logging.Handler):
        """Warnings as lines on stderr."""

        def emit(self, record: logging.LogRecord) -> None:
            """Writes one warning."""
            complain(self.format(record))

    prepare()
    # The CDK has set its log up for a platform that reads messages on stdout.
    logging.getLogger().handlers = [Complaints(logging.WARNING)]
    logging.getLogger("airbyte").handlers = []
    try:
        # A terminal that is asked for a key must be put in order again.
        with soft_ending(at_once=False):
            return command.run(**job.parameters) or 0
    except SageActiveError as error:
        complain(str(error))
        return 1
    except (KeyboardInterrupt, EOFError):
        say(f"\n{PROGRAM}: interrupted.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
