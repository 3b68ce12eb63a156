"""Progress of a real read and a real write on a terminal; stdout has messages and nothing else."""

import json
from collections.abc import Sequence
from pathlib import Path

import pexpect

from integration_tests.connector import COMMAND, LONGEST_SECONDS, Connector
from integration_tests.destination import DESTINATION, Destination, catalog, records, state
from integration_tests.expected import usable
from integration_tests.rich_records import RichRecords
from sage_active_sandbox.sandbox import Sandbox


def on_a_terminal(command: Sequence[str], redirection: str, folder: Path) -> str:
    """What the terminal shows of a command whose stdout goes into a file."""
    script = f'"$@" {redirection} >output.jsonl'
    with pexpect.spawn(
        "bash", ["-c", script, "bash", *command], cwd=folder, encoding="utf-8", timeout=LONGEST_SECONDS
    ) as terminal:
        terminal.expect_exact(pexpect.EOF)
    assert terminal.exitstatus == 0, terminal.before
    for line in (folder / "output.jsonl").read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["type"]
    return str(terminal.before)


def test_a_read(standing: Sandbox, tmp_path: Path) -> None:
    connector = Connector.over(standing, "maesn", "de", tmp_path)
    config = connector.write("config.json", connector.config)
    configured = connector.write("catalog.json", connector.configured(["customers", "items"]))
    command = [*COMMAND, "read", "--config", str(config), "--catalog", str(configured)]
    assert "rows of 2 streams read in 2 companies: " in on_a_terminal(command, "", tmp_path)


def test_a_write(sandbox: Sandbox, tmp_path: Path) -> None:
    company = usable(sandbox, "de")[0]
    destination = Destination.over(sandbox, "direct", company, tmp_path)
    rows = RichRecords(sandbox, company).of("customers", 3)
    (tmp_path / "input.jsonl").write_bytes(b"".join([*records("customers", rows), state("customers", 1)]))
    command = [*DESTINATION.command, *destination.arguments(catalog(["customers"]))]
    assert "3 rows of 1 stream processed: " in on_a_terminal(command, "<input.jsonl", tmp_path)
