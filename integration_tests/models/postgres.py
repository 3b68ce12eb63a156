"""A PostgreSQL server of Debian's packages, started in a temporary folder, as a warehouse."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from integration_tests.models.warehouse import MOMENT, Row, Schema, columns
from sql.dialects import POSTGRES

PACKAGES: Final = Path("/usr/lib/postgresql")
USER: Final = "postgres"
"""The ordinary user under whom the server runs if the tests run as root."""
COMMON: Final = ("--username=models", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")


class PostgreSQL:
    """One schema of a server. The session has a time zone behind UTC, so that a day that depends on it is noticed."""

    dialect = POSTGRES

    def __init__(self, socket_folder: Path, schema: str, moment: str = MOMENT) -> None:
        self._moment = moment
        self._connection: psycopg.Connection[dict[str, Any]] = psycopg.connect(
            f"host={socket_folder} user=models dbname=postgres", autocommit=True, row_factory=dict_row
        )
        self.execute(f"CREATE SCHEMA {schema}; SET search_path = {schema}; SET TimeZone = 'America/New_York'")

    def load(self, name: str, schema: Schema, rows: Sequence[str]) -> None:
        """Make a raw table and fill it with rows, each the text of a JSON object."""
        declared = ", ".join(f'"{column}" {kind}' for column, kind in columns(schema, "JSONB", self._moment).items())
        self.execute(f'CREATE TABLE "{name}" ({declared}); CREATE TEMPORARY TABLE given (content JSONB)')
        with self._connection.cursor() as cursor, cursor.copy("COPY given FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row,))
        self.execute(
            f'INSERT INTO "{name}" SELECT (JSONB_POPULATE_RECORD(CAST(NULL AS "{name}"), content)).* FROM given; '
            "DROP TABLE given"
        )
        self.execute(f'ANALYZE "{name}"')

    def execute(self, sql: str) -> None:
        """Run a statement."""
        self._connection.execute(sql)

    def query(self, sql: str) -> list[Row]:
        """The rows of a query by their columns."""
        rows: list[Row] = self._connection.execute(sql).fetchall()
        return rows

    def types(self, sql: str) -> dict[str, str]:
        """The types of the columns of a query, as the warehouse calls them."""
        return {column.name: column.type_display for column in self._connection.execute(sql).description or ()}


@contextmanager
def server(folder: Path) -> Iterator[Path]:
    """A server that listens in a folder and on no network; FileNotFoundError if Debian's package is not there."""
    programs = sorted(PACKAGES.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        raise FileNotFoundError(f"{PACKAGES} is not there: install Debian's package `postgresql`")
    owner = pwd.getpwnam(USER) if os.getuid() == 0 else None
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    user = owner.pw_name if owner else None
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs[-1] / program, *arguments], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL
        )

    run("initdb", f"--pgdata={data}", *COMMON)
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c jit=off"
    run("pg_ctl", "start", f"--pgdata={data}", f"--log={folder / 'log'}", "--wait", "-o", settings)
    try:
        yield folder
    finally:
        run("pg_ctl", "stop", f"--pgdata={data}", "--mode=immediate")
        shutil.rmtree(data)
