"""Progress of a real read and a real write on a terminal; stdout has messages and nothing else."""

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pexpect

from integration_tests.connector import COMMAND, LONGEST_SECONDS, Connector
from integration_tests.destination import DESTINATION, Destination, catalog, records, state
from integration_tests.expected import usable
from integration_tests.rich_records import RichRecords
from sage_active.runtime.progress import OVERWRITE, SECONDS_BETWEEN_LOOKS
from sage_active_sandbox.sandbox import Sandbox

# A live line begins with its seconds, a summary with its rows.
LIVE: Final = re.compile(re.escape(OVERWRITE) + r"\d+ s, ([^\r]*)")


def on_a_terminal(command: Sequence[str], redirection: str, folder: Path) -> str:
    """What the terminal shows of a command whose stdout goes into a file, or through `| … ` in the redirection."""
    script = f'set -o pipefail; "$@" {redirection} >output.jsonl'
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
    standing.faults.add("stall", path="/accounting/items", seconds=3 * SECONDS_BETWEEN_LOOKS)
    output = on_a_terminal(command, "", tmp_path)
    assert "rows of 2 streams read in 2 companies: " in output
    assert any("rows read" in line for line in LIVE.findall(output))


def test_a_write(sandbox: Sandbox, tmp_path: Path) -> None:
    company = usable(sandbox, "de")[0]
    destination = Destination.over(sandbox, "direct", company, tmp_path)
    rows = RichRecords(sandbox, company).of("customers", 3)
    (tmp_path / "input.jsonl").write_bytes(b"".join([*records("customers", rows), state("customers", 1)]))
    command = [*DESTINATION.command, *destination.arguments(catalog(["customers"]))]
    assert "3 rows of 1 stream processed: " in on_a_terminal(command, "<input.jsonl", tmp_path)


def test_only_the_last_program_of_a_pipe_has_a_live_line(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = usable(sandbox, "de")[0], sandbox.add_company("de", "Neu")
    destination = Destination.over(sandbox, "direct", target, tmp_path, settle_seconds=0)
    arguments = destination.arguments(catalog(["items"]))
    connector = Connector.over(sandbox, "direct", "de", tmp_path, companies=[{"company_id": source.id}])
    config = connector.write("source.json", connector.config)
    configured = connector.write("source_catalog.json", connector.configured(["items"]))
    # Both sign in with the same refresh token.
    sandbox.change_switches({"refresh_rotation": False})
    for operation in ("products", "createProduct"):
        sandbox.faults.add("stall", operation=operation, seconds=3 * SECONDS_BETWEEN_LOOKS)
    command = [*COMMAND, "read", "--config", str(config), "--catalog", str(configured)]
    output = on_a_terminal(command, f"| {shlex.join([*DESTINATION.command, *arguments])}", tmp_path)
    assert {"processed" in line for line in LIVE.findall(output)} == {True}
    assert re.search(r"[\d,]+ rows of 1 stream read in 1 company: ", output)
    assert re.search(r"[\d,]+ rows of 1 stream processed: ", output)
