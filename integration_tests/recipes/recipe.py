"""The recipes: the section of a page that each follows, what is there before, and what must be there in the end."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from integration_tests.recipes import grounds, outcomes
from integration_tests.recipes.blocks import Block, blocks
from integration_tests.recipes.crontab import Crontab
from integration_tests.recipes.shell import FailedStep, run
from integration_tests.recipes.units import unit_problems
from integration_tests.recipes.workshop import ROOT, Workshop

CRON_SECONDS: Final = 600.0


def follow(section: Sequence[Block], workshop: Workshop, log: Path) -> list[FailedStep]:
    """Runs the blocks of each language, in the order of the table; others are shown, not run."""
    failures = [run([block for block in section if block.language == "sh"], workshop, log)]
    failures += [_scheduled(block, workshop) for block in section if block.language == "cron"]
    units = [block for block in section if block.language == "ini"]
    return [*(failure for found in failures for failure in found), *(unit_problems(units, workshop) if units else ())]


def follow_twice(section: Sequence[Block], workshop: Workshop, log: Path) -> list[FailedStep]:
    """Runs the blocks, and again without what installs: the second run must go on where the first one ended."""
    return [*follow(section, workshop, log), *follow(section, replace(workshop, installed=True), log)]


def _scheduled(block: Block, workshop: Workshop) -> list[FailedStep]:
    crontab = Crontab.of(workshop.as_run(block.text))
    mails = [crontab.mailed(command, workshop.home, CRON_SECONDS) for command in crontab.commands]
    return [FailedStep(block.line, f"cron mails: {mail.strip()}") for mail in mails if mail]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A section of a page that somebody follows.

    `ground` makes what the section says is there already; `steps` follows it; `outcome` says what came of it and raises
    `AssertionError` where that is not what it should be. `cheap`: quick enough for `make test` once it is installed.
    """

    name: str
    page: str
    section: str
    ground: Callable[[Workshop], AbstractContextManager[None]]
    outcome: Callable[[Workshop], str]
    steps: Callable[[Sequence[Block], Workshop, Path], list[FailedStep]] = follow
    cheap: bool = False

    @property
    def blocks(self) -> list[Block]:
        """Its code. Raises `LookupError` where the page has lost the section."""
        return blocks(ROOT / "docs" / self.page, self.section)


RECIPES: Final[Mapping[str, Recipe]] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="Maesn's keys alone",
            page="maesn-keys.md",
            section="With Maesn's keys alone",
            ground=grounds.maesn_keys,
            outcome=outcomes.maesn_reads,
            cheap=True,
        ),
        Recipe(
            name="cron",
            page="pipelines.md",
            section="Source to destination, from cron",
            ground=grounds.cron,
            outcome=outcomes.copied_company,
            cheap=True,
        ),
        Recipe(
            name="systemd",
            page="pipelines.md",
            section="With systemd",
            ground=grounds.systemd,
            outcome=outcomes.units,
        ),
        Recipe(
            name="dlt",
            page="pipelines.md",
            section="dlt and DuckDB",
            ground=grounds.source_json,
            outcome=outcomes.duckdb_tables,
            steps=follow_twice,
        ),
        Recipe(
            name="Meltano",
            page="meltano.md",
            section="Meltano",
            ground=grounds.meltano,
            outcome=outcomes.meltano_files,
            steps=follow_twice,
        ),
        Recipe(
            name="PyAirbyte",
            page="pipelines.md",
            section="PyAirbyte and DuckDB",
            ground=grounds.source_json,
            outcome=outcomes.duckdb_tables,
            steps=follow_twice,
        ),
        Recipe(
            name="docker by hand",
            page="images.md",
            section="By hand",
            ground=grounds.docker,
            outcome=outcomes.docker_copy,
        ),
        Recipe(
            name="adding a resource",
            page="contributing.md",
            section="How to add an object",
            ground=grounds.nothing,
            outcome=outcomes.banking_rules,
            steps=grounds.add_resource,
        ),
    )
}
