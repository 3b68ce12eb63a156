"""The command line itself: help, versions, completion, and what does not fit. Nothing is asked of any service."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click
import pytest
from click.exceptions import Exit

from sage_active.errors import SageActiveError
from sage_active_cli.commands import COMPLETION_VARIABLE, Job, sage_active
from sage_active_cli.query import require_reading
from sage_active_cli.run import main

COMMANDS: Final = tuple(sage_active.commands)
EXAMPLES: Final[Mapping[str, Sequence[str]]] = {
    "login": ("--market", "de"),
    "streams": (),
    "completion": ("bash",),
    "query": ("{ __typename }", "--config", "c.json"),
}
# What prints a script rather than data.
WITHOUT_JSON: Final = {"completion"}
COLORED: Final = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}


def job(arguments: Sequence[str]) -> Job:
    """What a command line asks for."""
    with sage_active.make_context("sage-active", list(arguments)) as context:
        found = sage_active.invoke(context)
    assert isinstance(found, Job)
    return found


def options_of(command: str) -> Sequence[click.Option]:
    """The options that a command's help lists."""
    parameters = sage_active.commands[command].params
    return [option for option in parameters if isinstance(option, click.Option) and not option.hidden]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    output = capsys.readouterr().out
    assert f"sage-active {command}" in output
    assert ("--json" in output) is (command not in WITHOUT_JSON)
    assert "\x1b" not in output
    for option in options_of(command):
        assert option.help, option.name
        assert all(name in output for name in option.opts)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_misspelt_option_is_recognized(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for option in options_of(command):
        name = option.opts[0]
        assert main([command, f"{name}x"]) == 2
        message = " ".join(capsys.readouterr().err.replace("│", " ").split())
        assert f"No such option '{name}x'" in message
        assert name in message.partition("Did you mean")[2]


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    output = capsys.readouterr().out
    for name, command in sage_active.commands.items():
        assert name in output
        assert command.short_help and command.short_help.split()[0] in output


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - WITHOUT_JSON))
def test_every_command_takes_json(command: str) -> None:
    example = EXAMPLES.get(command, ("--config", "c.json"))
    assert job([command, *example]).parameters["as_json"] is False
    assert job([command, *example, "--json"]).parameters["as_json"] is True


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["compnies"], "Did you mean 'companies'?"),
        (["companies", "--confg", "x"], "'--config'"),
        (["companies"], "Missing option '--config'"),
        (["login", "--market", "it"], "'de', 'es', 'fr'"),
        (["login", "--port", "0"], "1<=x<=65535"),
        (["login", "--timeout", "0"], "'--timeout'"),
        (["login", "--config", "a", "--output", "b"], "--config and --output exclude each other"),
        (["login", "--port", "1", "--redirect-uri", "b"], "--port and --redirect-uri exclude each other"),
        (["audit", "--config", "a", "--since", "31.1.2025"], "'--since'"),
        (["\x1b[2Jwrong"], "\\x1b[2Jwrong"),
        (["companies", "--configuration", '{"api_key": "CANARY"}'], "pass the path of a file"),
        (['--configuration={"api_key": "CANARY"}'], "pass the path of a file"),
    ],
)
def test_what_does_not_fit_is_said_with_what_would(
    arguments: Sequence[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert problem in " ".join(captured.err.replace("│", " ").split())
    assert captured.out == ""
    assert "\x1b" not in captured.err
    assert "CANARY" not in captured.err


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Usage: sage-active" in capsys.readouterr().err


def test_a_day_is_one_of_utc() -> None:
    since = job(["audit", "--config", "c.json", "--since", "2025-01-31"]).parameters["since"]
    assert since.isoformat() == "2025-01-31T00:00:00+00:00"


def test_versions() -> None:
    with pytest.raises(Exit):
        job(["--version"])
    programs = ("source_sage_active", "destination_sage_active", "sage_active_cli", "sage_active_sandbox")
    lines = [
        subprocess.run(
            [sys.executable, "-m", f"{program}.run", "--version"], capture_output=True, text=True, check=True
        )
        for program in programs
    ]
    (number,) = {line.stdout.split()[-1] for line in lines}
    assert number[0].isdecimal()
    assert [line.stderr for line in lines] == [""] * len(lines)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert COMPLETION_VARIABLE in capfd.readouterr().out


def test_a_command_is_completed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(COMPLETION_VARIABLE, "bash_complete")
    for typed, expected in (("sage-active comp", "companies"), ("sage-active login --mark", "--market")):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
        assert main([]) == 0
        assert f"plain,{expected}" in capsys.readouterr().out


def test_bash_completes_every_command_and_option() -> None:
    """As it does after the script was added to ~/.bashrc."""
    script = """
        source <(sage-active completion bash)
        for typed in "$@"; do
            COMPREPLY=() COMP_WORDS=($typed)
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _sage_active_completion sage-active
            echo "${COMPREPLY[@]}"
        done
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    typed = ["sage-active c", "sage-active audit --", "sage-active streams --connection m"]
    done = subprocess.run(
        ["bash", "-c", script, "bash", *typed],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path},
    )
    commands, options, values = (line.split() for line in done.stdout.splitlines())
    assert commands == [name for name in COMMANDS if name.startswith("c")]
    assert set(options) == {*(option.opts[0] for option in options_of("audit")), "--help"}
    assert values == ["maesn"]


@pytest.mark.parametrize(("environment", "is_colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colors(environment: Mapping[str, str], is_colored: bool) -> None:
    """A terminal is forced; in a pipe there are no colours, as the other tests see."""
    program = "from sage_active_cli.run import main; main(['--help']); main(['nothing'])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**COLORED, **environment}
    )
    for output in (done.stdout, done.stderr):
        assert any(f"\x1b[{color}" in output for color in ("31", "1;31", "36", "1;36", "33")) is is_colored


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from sage_active_cli.run import main; main(['--help']); main(['audit', '--help']); "
        "sys.exit([name for name in ('airbyte_cdk', 'pydantic', 'requests', 'msgspec') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "[]\n")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("mutation { deleteCustomer(id: 1) { id } }", "Only queries are sent"),
        ("subscription { x }", "Only queries are sent"),
        ("query A { __typename } mutation B { x }", "Only queries are sent"),
        ("query A { __typename } query B { __typename }", "2 operations instead of one"),
        ("fragment F on Query { __typename }", "0 operations instead of one"),
        ("{ harmless: documentPdfEmail(input: {}) { __typename } }", "documentPdfEmail has side effects"),
        ("{ ...F } fragment F on Query { ... { filesExport { __typename } } }", "filesExport has side effects"),
        ("{ custmers { nodes { id } } }", "Did you mean 'customers'"),
        ("{ customers { nodes { nme } } }", "Cannot query field 'nme'"),
        ("{ customers", "Syntax Error"),
    ],
)
def test_queries_that_are_not_sent(query: str, problem: str) -> None:
    with pytest.raises(SageActiveError, match=problem):
        require_reading(query)


def test_queries_that_are_sent() -> None:
    require_reading("query Q($n: Int) { customers(first: $n) { totalCount nodes { id socialName } } }")
    require_reading("{ __schema { queryType { name } } }")
