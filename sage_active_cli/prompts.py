"""What the command asks for: keys, which nobody may see, and which companies. It asks on stderr."""

import os
import sys
from collections.abc import Sequence

from rich.prompt import InvalidResponse, Prompt, PromptBase

from sage_active.client import Company
from sage_active.config import CompanySelection
from sage_active.errors import configuration_error
from sage_active.masking import keep_secret
from sage_active_cli.console import ERRORS


def is_answered() -> bool:
    """Whether somebody sits at a terminal who can be asked."""
    return sys.stdin.isatty()


def secret(label: str, variable: str, *, present: str | None = None, optional: bool = False) -> str | None:
    """A key from an environment variable, else the `present` one, else asked for in the terminal without showing it.

    None for an `optional` one that is empty. Raises a configuration error when nobody can be asked.
    """
    value = os.environ.get(variable)
    if value is None or not (optional or value.strip()):
        value = present if present is not None else value
    if value is None and is_answered():
        value = _hidden(f"{label}{' (empty if there is none)' if optional else ''}")
    if value and value.strip():
        keep_secret(value.strip())
        return value.strip()
    if optional:
        return None
    raise configuration_error(
        f"{label} is missing.", f"Run the command in a terminal, which asks for it, or set {variable}."
    )


def required_secret(label: str, variable: str, *, present: str | None = None) -> str:
    """The same for a key that nothing works without."""
    return secret(label, variable, present=present) or ""


def renewed_secret(label: str, variable: str, *, present: str | None) -> str:
    """A key that the sign-in may have replaced: asked for in any case; left empty, the `present` one stays."""
    value = os.environ.get(variable)
    if value is None and is_answered():
        value = _hidden(f"{label}{' (empty: it is still the same)' if present else ''}")
    if value and value.strip():
        keep_secret(value.strip())
        return value.strip()
    return required_secret(label, variable, present=present)


def _hidden(label: str) -> str:
    return Prompt.ask(label, console=ERRORS, password=True)


class _Numbers(PromptBase[list[int]]):
    """Asks for numbers from 1 to `most`, with commas between them; nothing is an answer, too."""

    most = 0

    def process_response(self, value: str) -> list[int]:
        """The numbers, each once. Raises `InvalidResponse` for anything else."""
        picked = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isdecimal() and 1 <= int(part) <= self.most for part in picked):
            raise InvalidResponse(f"Please name numbers from 1 to {self.most}.")
        return list(dict.fromkeys(map(int, picked)))


def choices(usable: Sequence[Company]) -> Sequence[Company]:
    """What somebody may choose from; nothing where there is no choice, or nobody to make it."""
    return usable if len(usable) > 1 and is_answered() else ()


def chosen(usable: Sequence[Company]) -> list[CompanySelection]:
    """The companies that the user picks by number; none stands for all of them, also of the future."""
    if not usable:
        return []
    question = _Numbers("Which companies? Numbers separated by commas, or Enter for all", console=ERRORS)
    question.most = len(usable)
    return [CompanySelection(company_id=usable[number - 1].id) for number in question()]
