"""The file of `--baseline`: what a run has noted of closed periods, for the next one to compare with."""

from collections.abc import Mapping
from typing import Any, Final

from sage_active.client import Company
from sage_active.errors import configuration_error
from sage_active_cli.configuration_file import ConfigurationFile

VERSION: Final = 1
COMPANIES: Final = "companies"


class BaselineFile:
    """One file for all companies, readable by its owner only: it holds the sums of accounts.

    Raises a configuration error where it cannot be written later, or holds something else.
    """

    def __init__(self, path: str) -> None:
        self._file = ConfigurationFile(path, "--baseline")
        self._file.check_writable()
        self._companies: dict[str, Any] = {}
        if self._file.exists:
            content = self._file.content()
            companies = content.get(COMPANIES)
            if content.get("version") != VERSION or not isinstance(companies, dict):
                raise configuration_error(
                    f"The file of --baseline, {path}, is not a baseline of this version.",
                    "Name another file; the run writes it.",
                )
            self._companies = companies

    def of(self, company: Company) -> Mapping[str, Any]:
        """What is noted of a company; nothing at the first run."""
        noted = self._companies.get(company.id)
        return noted if isinstance(noted, dict) else {}

    def keep(self, company: Company, noted: Mapping[str, Any]) -> None:
        """Replaces what is noted of a company, in the file as well. Raises a configuration error if it cannot."""
        self._companies[company.id] = dict(noted)
        self._file.write({"version": VERSION, COMPANIES: self._companies})
