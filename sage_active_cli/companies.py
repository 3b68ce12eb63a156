"""`sage-active companies`: what the sign-in of a configuration lists."""

from argparse import Namespace
from collections.abc import Sequence

from sage_active.client import Company
from sage_active.config import ConnectionConfig, validated
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import connection, keeper, shared_part
from sage_active_cli.table import table
from sage_active_cli.terminal import show


def run(options: Namespace) -> None:
    """Prints the companies. Raises `SageActiveError`."""
    file = ConfigurationFile(options.config, "--config")
    config = file.read()
    parsed = validated(ConnectionConfig, shared_part(config))
    with connection(parsed, config, keeper(file, parsed)) as client:
        show(*listing(client.companies()))


def listing(companies: Sequence[Company]) -> list[str]:
    """Companies as the lines of a table."""
    return table(
        ("id", "name", "market", "status", "usable"),
        [
            (
                company.id,
                company.name,
                company.market,
                company.status or "not stated",
                "yes" if company.usable else "no",
            )
            for company in companies
        ],
    )
