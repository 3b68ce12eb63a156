"""What file formats force to be written twice is the same in both places."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
SANDBOX = ROOT / "sage_active_sandbox"
PYTHON = "Programming Language :: Python :: "


def pythons(classifiers: list[str]) -> list[str]:
    """The Pythons of a distribution's classifiers, such as 3.11."""
    return [line.removeprefix(PYTHON) for line in classifiers if line.startswith(f"{PYTHON}3.")]


def test_the_stand_in_has_the_version_of_the_connectors_and_requires_it(
    setup: Mapping[str, Any], sandbox_project: Mapping[str, Any]
) -> None:
    assert sandbox_project["version"] == setup["version"]
    assert f"{setup['name']}=={setup['version']}" in sandbox_project["dependencies"]
    assert setup["extras_require"]["sandbox"] == [f"{sandbox_project['name']}=={setup['version']}"]


def test_what_the_stand_in_requires_is_in_the_lock_of_the_connectors(
    setup: Mapping[str, Any], sandbox_project: Mapping[str, Any]
) -> None:
    others = {name for name in sandbox_project["dependencies"] if not name.startswith(setup["name"])}
    assert others
    assert others <= set(setup["install_requires"])


def test_both_run_on_the_same_pythons(setup: Mapping[str, Any], sandbox_project: Mapping[str, Any]) -> None:
    assert sandbox_project["requires-python"] == setup["python_requires"]
    assert pythons(sandbox_project["classifiers"]) == pythons(setup["classifiers"])
    assert sandbox_project["license"] == setup["license_expression"]


def test_the_classifiers_name_the_pythons_that_are_allowed(setup: Mapping[str, Any]) -> None:
    allowed = SpecifierSet(setup["python_requires"])
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}.0" in allowed] == pythons(setup["classifiers"])


def test_the_makefile_looks_for_the_same_pythons(setup: Mapping[str, Any]) -> None:
    names = pythons(setup["classifiers"])
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    least, most = (tuple(map(int, name.split("."))) for name in (names[0], names[-1]))
    assert f"not {least} <= sys.version_info[:2] <= {most}" in text
    assert f"for each in python3 {' '.join(f'python{name}' for name in reversed(names))}; do" in text


@pytest.mark.parametrize("page", ["README.md", "docs/contributing.md", "docs/images.md"])
def test_the_pages_name_the_same_pythons(page: str, setup: Mapping[str, Any]) -> None:
    names = pythons(setup["classifiers"])
    page_text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert f"Python {names[0]} to {names[-1]}" in page_text


def test_both_distributions_are_built_with_the_same_setuptools() -> None:
    systems = [
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
        for folder in (ROOT, SANDBOX)
    ]
    assert systems[0] == systems[1]
    (setuptools,) = map(Requirement, systems[0]["requires"])
    # Projects are built with what the locks bring.
    locks = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.txt")}
    for name, text in locks.items():
        found = re.search(r"^setuptools==(\S+)", text, re.MULTILINE)
        assert found, name
        assert found[1] in setuptools.specifier, name


def test_both_carry_the_same_license() -> None:
    assert (SANDBOX / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_every_package_of_the_stand_in_is_listed() -> None:
    content = tomllib.loads((SANDBOX / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {path.parent.relative_to(ROOT) for path in SANDBOX.rglob("__init__.py")}
    assert set(content["tool"]["setuptools"]["packages"]) == {".".join(folder.parts) for folder in folders}
