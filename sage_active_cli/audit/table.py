"""The checks, as one table; docs/audit.md is made from it."""

from collections.abc import Sequence
from typing import Final

from sage_active_cli.audit.check import Check
from sage_active_cli.audit.checks.documents import DOCUMENT_CHECKS
from sage_active_cli.audit.checks.entries import ENTRY_CHECKS
from sage_active_cli.audit.checks.links import LINK_CHECKS

CHECKS: Final[Sequence[Check]] = (*ENTRY_CHECKS, *LINK_CHECKS, *DOCUMENT_CHECKS)
