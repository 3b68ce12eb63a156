"""The recipes of the docs: every section is there, and the cheap ones are followed in an environment that exists."""

import configparser
import shlex
from pathlib import Path

import pytest

from integration_tests.recipes.blocks import blocks
from integration_tests.recipes.crontab import Crontab
from integration_tests.recipes.recipe import RECIPES
from integration_tests.recipes.run import follow
from integration_tests.recipes.shell import run
from integration_tests.recipes.units import unit_name
from integration_tests.recipes.workshop import ROOT, workshop

CHEAP = [name for name, recipe in RECIPES.items() if recipe.cheap]
PIPELINES = ROOT / "docs" / "pipelines.md"


def test_every_recipe_has_its_section_with_code() -> None:
    for name, recipe in RECIPES.items():
        assert recipe.blocks, name
        # A command that installs is a line of its own, because it is left out where everything is installed.
        lines = [line for block in recipe.blocks for line in block.text.splitlines()]
        assert not any(" -m venv " in line and line.endswith("\\") for line in lines), name


@pytest.mark.parametrize("name", CHEAP)
def test_a_cheap_recipe_works_as_it_is_written(name: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    result = follow(RECIPES[name], log, installed=True)
    assert result.is_right, f"{result.failed} {result.outcome}\n{log.read_text(encoding='utf-8')[-4000:]}"


def test_the_service_of_systemd_runs_what_cron_runs() -> None:
    (block,) = (block for block in blocks(PIPELINES, "Source to destination, from cron") if block.language == "cron")
    crontab = Crontab.of(block.text)
    units = {
        unit_name(block): _unit(block.text) for block in blocks(PIPELINES, "With systemd") if block.language == "ini"
    }
    service = units["sage-sync.service"]["Service"]
    assert service["Environment"] == f"PATH={crontab.variables['PATH']}"
    assert service["WorkingDirectory"] == "/srv/sage"
    python, *arguments = shlex.split(service["ExecStart"])
    assert python == "/srv/sage/.venv/bin/python"
    assert f"python {shlex.join(arguments)}" in crontab.commands[0]
    assert units["sage-sync.service"]["Unit"]["OnFailure"] in units
    # Without a unit named, a timer starts the service of its own name.
    assert units["sage-sync.timer"]["Timer"]["OnCalendar"]


def test_commands_of_a_crontab_have_no_percent_sign() -> None:
    # cron takes it for the end of the command.
    for block in blocks(PIPELINES, "Source to destination, from cron"):
        if block.language == "cron":
            assert not any("%" in command for command in Crontab.of(block.text).commands)


def test_a_step_that_fails_is_named_and_the_next_ones_are_run(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n\n## One\n\n```sh\nfalse | cat\n# no heading\nexport WORD=kept\n```\n\n- in a list:\n\n"
        '  ```sh\n  test "$WORD" = kept\n  ls /no/such/folder\n  ```\n\n## Two\n\n```sh\nfalse\n```\n',
        encoding="utf-8",
    )
    with workshop() as ground:
        failed = run(blocks(page, "One"), ground, tmp_path / "log")
    assert [(step.line, step.text.partition(":")[0]) for step in failed] == [(6, "exit code 1"), (14, "exit code 2")]
    assert "/no/such/folder" in failed[1].text


def test_a_section_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no section called 'Gone'"):
        blocks(PIPELINES, "Gone")


def _unit(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    # Names of systemd have capitals.
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return parser
