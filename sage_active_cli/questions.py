"""What the command asks the user: keys, which nobody may see, and which companies."""

import getpass
import os
import sys
from collections.abc import Sequence

from sage_active.client import Company
from sage_active.config import CompanySelection
from sage_active.errors import configuration_error
from sage_active.masking import keep_secret
from sage_active_cli.terminal import show


def secret(label: str, variable: str, *, present: str | None = None, optional: bool = False) -> str | None:
    """A key from an environment variable, else the `present` one, else asked for in the terminal without showing it.

    None for an `optional` one that is empty. Raises a configuration error when nobody can be asked.
    """
    value = os.environ.get(variable)
    if value is None or not (optional or value.strip()):
        value = present if present is not None else value
    if value is None and sys.stdin.isatty():
        value = getpass.getpass(f"{label}{' (empty if there is none)' if optional else ''}: ")
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
    if value is None and sys.stdin.isatty():
        value = getpass.getpass(f"{label}{' (empty: it is still the same)' if present else ''}: ")
    if value and value.strip():
        keep_secret(value.strip())
        return value.strip()
    return required_secret(label, variable, present=present)


def chosen(usable: Sequence[Company]) -> list[CompanySelection]:
    """The companies that the user picks from a list; none stands for all of them, also of the future."""
    if len(usable) < 2 or not sys.stdin.isatty():
        return []
    for number, company in enumerate(usable, start=1):
        show(f"{number:4}  {company.name}  ({company.id})")
    while True:
        answer = input("Which companies? Numbers separated by commas, or Enter for all: ").strip()
        picked = [word.strip() for word in answer.split(",") if word.strip()]
        if all(word.isdecimal() and 1 <= int(word) <= len(usable) for word in picked):
            return [CompanySelection(company_id=usable[int(word) - 1].id) for word in dict.fromkeys(picked)]
        show(f"Please name numbers from 1 to {len(usable)}.")
