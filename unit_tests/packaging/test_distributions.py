"""The two wheels: what is in each, what it requires, and which commands it installs."""

import configparser
import shutil
import subprocess
import sys
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parents[2]
CONNECTORS: Final = "airbyte_sage_active"
SANDBOX: Final = "airbyte_sage_active_sandbox"
# Distribution -> its packages, its commands, and the files in it that are not modules.
PACKAGES: Final = {
    CONNECTORS: {"sage_active", "sage_active_cli", "source_sage_active", "destination_sage_active"},
    SANDBOX: {"sage_active_sandbox"},
}
COMMANDS: Final = {
    CONNECTORS: {
        "source-sage-active": "source_sage_active.run:run",
        "destination-sage-active": "destination_sage_active.run:run",
        "sage-active": "sage_active_cli.run:main",
    },
    SANDBOX: {"sage-active-sandbox": "sage_active_sandbox.run:main"},
}
NOT_IN_A_WHEEL: Final = {
    "source_sage_active/acceptance-test-config.yml",
    "destination_sage_active/acceptance-test-config.yml",
    "destination_sage_active/icon.svg",
    "sage_active_sandbox/LICENSE",
    "sage_active_sandbox/README.md",
    "sage_active_sandbox/pyproject.toml",
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ZipFile]:
    """Both wheels, built in a copy of the tree."""
    tree, built = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("built")
    for name in set().union(*PACKAGES.values()):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    for folder in (tree, tree / "sage_active_sandbox"):
        options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(built)]
        command = [sys.executable, "-m", "pip", "wheel", *options, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
    return {path.name.partition("-")[0]: ZipFile(path) for path in built.glob("*.whl")}


def described(wheel: ZipFile, name: str) -> str:
    """A file of the wheel's dist-info."""
    (path,) = (path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def metadata(wheel: ZipFile) -> "Message[str, str]":
    """What a wheel says of itself."""
    return Parser().parsestr(described(wheel, "METADATA"))


@pytest.mark.parametrize("name", PACKAGES)
def test_a_wheel_has_the_files_of_its_packages_and_no_others(name: str, wheels: dict[str, ZipFile]) -> None:
    found = {path for path in wheels[name].namelist() if ".dist-info/" not in path}
    there = {
        str(path.relative_to(ROOT))
        for package in PACKAGES[name]
        for path in (ROOT / package).rglob("*")
        # An editable installation leaves a description of itself.
        if path.is_file() and not any(part.endswith(("__pycache__", ".egg-info")) for part in path.parts)
    }
    assert found == there - NOT_IN_A_WHEEL


@pytest.mark.parametrize("name", PACKAGES)
def test_a_wheel_installs_its_commands(name: str, wheels: dict[str, ZipFile]) -> None:
    commands = configparser.ConfigParser()
    commands.read_string(described(wheels[name], "entry_points.txt"))
    assert {section: dict(commands[section]) for section in commands.sections()} == {"console_scripts": COMMANDS[name]}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_wheel_describes_itself(name: str, wheels: dict[str, ZipFile]) -> None:
    found = metadata(wheels[name])
    assert found["Name"].replace("-", "_") == name
    assert found["License-Expression"] == "MIT"
    assert found["License-File"] == "LICENSE"
    assert found["Description-Content-Type"] == "text/markdown"
    assert str(found.get_payload()).startswith("# ")
    assert found.get_all("Classifier")


def test_the_connectors_bring_the_stand_in_only_when_asked_to(wheels: dict[str, ZipFile]) -> None:
    requirements = [Requirement(text) for text in metadata(wheels[CONNECTORS]).get_all("Requires-Dist") or []]
    wanted = [requirement for requirement in requirements if requirement.name == "airbyte-sage-active-sandbox"]
    assert [str(requirement) for requirement in wanted] == [
        f'airbyte-sage-active-sandbox=={metadata(wheels[SANDBOX])["Version"]}; extra == "sandbox"'
    ]


def test_the_stand_in_brings_the_connectors_of_its_version(wheels: dict[str, ZipFile]) -> None:
    requirements = metadata(wheels[SANDBOX]).get_all("Requires-Dist") or []
    assert f"airbyte-sage-active=={metadata(wheels[CONNECTORS])['Version']}" in requirements
