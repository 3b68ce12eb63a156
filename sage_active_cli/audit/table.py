"""The checks, as one table: source docs/audit.md is made from it."""

from collections.abc import Sequence
from typing import Final

from sage_active_cli.audit.check import Check
from sage_active_cli.audit.checks.entries import ENTRY_CHECKS

CHECKS: Final[Sequence[Check]] = (*ENTRY_CHECKS,)
