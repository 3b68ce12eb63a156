"""The parts of `make pythons` that install nothing."""

import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from integration_tests.packaging import pythons

METADATA = "Name: x\nClassifier: Programming Language :: Python :: 3\n" + "".join(
    f"Classifier: Programming Language :: Python :: {name}\n" for name in ("3.11", "3.99")
)


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder with two wheels."""
    for name in ("x", "x_sandbox"):
        with ZipFile(tmp_path / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}-1.0.dist-info/METADATA", METADATA)
    return tmp_path


def test_all_pythons_of_the_classifiers_are_looked_for(
    dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[str] = []
    monkeypatch.setattr(pythons, "_interpreter", commands.append)
    assert pythons.main(["--dist", str(dist)]) == 1
    assert [command for command in commands if command.startswith("python")] == ["python3.11", "python3.99"]
    assert capsys.readouterr().out.splitlines() == [
        f"Python {name}: not found on this machine" for name in ("3.11", "3.99")
    ]


def test_a_python_on_which_a_step_fails_is_named(
    dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pythons, "_tried", lambda *_: pythons._run(sys.executable, "-c", "exit('a reason')"))
    assert pythons.main(["--dist", str(dist), "--python", sys.executable]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"Python {sys.version.split()[0]}: FAILED: ")
    assert line.endswith("ended with 1: a reason")


def test_without_wheels_it_says_how_to_make_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        pythons.main(["--dist", str(tmp_path)])
    assert "run `make wheels` first" in capsys.readouterr().err
