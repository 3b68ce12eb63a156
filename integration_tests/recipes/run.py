"""The command of `make recipes`: follows the recipes of the docs in fresh folders, and says how each went."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integration_tests.images.run import exit_on_signals, table
from integration_tests.recipes.recipe import RECIPES, Recipe
from integration_tests.recipes.shell import FailedStep
from integration_tests.recipes.workshop import ROOT, workshop

HEAD: Final = ("recipe", "page", "minutes", "blocks", "failed as written", "outcome")


@dataclass(frozen=True)
class Result:
    """How a recipe went: the minutes that it took, the steps that failed as written, and what came of it."""

    recipe: Recipe
    minutes: float
    failed: Sequence[FailedStep]
    outcome: str
    is_right: bool

    @property
    def row(self) -> tuple[str, ...]:
        """Its row of the table."""
        recipe = self.recipe
        page = f"{recipe.page}, {recipe.section}"
        figures = f"{self.minutes:.1f}", str(len(recipe.blocks)), str(len(self.failed))
        return recipe.name, page, *figures, self.outcome


def follow(recipe: Recipe, log: Path, *, installed: bool = False) -> Result:
    """Follows one recipe; `installed`: the connectors are not installed anew."""
    began = time.monotonic()
    with workshop(installed=installed) as ground, recipe.ground(ground):
        failed = recipe.steps(recipe.blocks, ground, log)
        minutes = (time.monotonic() - began) / 60
        try:
            outcome, is_right = recipe.outcome(ground), True
        except (AssertionError, OSError, LookupError) as problem:
            outcome, is_right = f"WRONG: {problem}", False
    return Result(recipe, minutes, failed, outcome, is_right and not failed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Follows the recipes; the exit code is 0 if every step did what the page says, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", nargs="*", default=list(RECIPES), help=f"default: all of {', '.join(RECIPES)}")
    parser.add_argument("--output", type=Path, default=ROOT / ".recipes", help="what the commands print; emptied first")
    options = parser.parse_args(arguments)
    exit_on_signals()
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir(parents=True)
    results = []
    for name in options.recipe:
        print(f"{name} …", flush=True)
        result = follow(RECIPES[name], options.output / f"{name.replace(' ', '-')}.log")
        for step in result.failed:
            print(f"  {result.recipe.page}, line {step.line}: {step.text}", flush=True)
        print(f"  {result.minutes:.1f} minutes: {result.outcome}", flush=True)
        results.append(result)
    print("", *table(HEAD, [result.row for result in results]), sep="\n")
    return 0 if all(result.is_right for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
