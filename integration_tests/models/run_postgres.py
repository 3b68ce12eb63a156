"""Runs the tests of the models on a PostgreSQL server: `python -m integration_tests.models.run_postgres`."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from integration_tests.models.conftest import SERVER
from integration_tests.models.postgres import server


def main(argv: Sequence[str]) -> int:
    """Start a server, run the tests with it, and stop it; the exit code of pytest."""
    with tempfile.TemporaryDirectory(prefix="models-") as folder:
        Path(folder).chmod(0o755)
        with server(Path(folder)) as socket_folder:
            os.environ[SERVER] = str(socket_folder)
            return int(pytest.main([str(Path(__file__).parent), *argv]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
