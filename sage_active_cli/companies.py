"""`sage-active companies`: what the sign-in of a configuration lists."""

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console

from sage_active.client import Company
from sage_active.config import ConnectionConfig, validated
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import connection, keeper, shared_part
from sage_active_cli.console import OUTPUT, show_json, show_rows

HEAD: Final = ("id", "name", "market", "status", "usable")


def run(config: str, as_json: bool) -> None:
    """Prints the companies. Raises `SageActiveError`."""
    file = ConfigurationFile(config, "--config")
    content = file.read()
    settings = validated(ConnectionConfig, shared_part(content))
    with connection(settings, content, keeper(file, settings)) as client:
        found = client.company_list()
    if as_json:
        show_json({"companies": as_data(found.whole())})
    else:
        show_companies(found.companies)
        # What could be listed is worth seeing all the same.
        found.whole()


def as_data(companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Companies as `--json` prints them."""
    return [{name: getattr(company, name) for name in HEAD} for company in companies]


def show_companies(companies: Sequence[Company], console: Console = OUTPUT, *, choices: Sequence[Company] = ()) -> None:
    """Companies as a table, with numbers from 1 for the `choices`. Raises `OutputLostError` when it is not taken."""
    rows = [
        (company.id, company.name, company.market, company.status or "not stated", "yes" if company.usable else "no")
        for company in companies
    ]
    if choices:
        numbers = {company.id: str(number) for number, company in enumerate(choices, start=1)}
        numbered = [(numbers.get(row[0], ""), *row) for row in rows]
        show_rows(("no.", *HEAD), numbered, numbers={"no."}, console=console)
    else:
        show_rows(HEAD, rows, console=console)
