"""The configuration's file: one step, owner only, and clear reasons."""

import json
import os
import stat
from pathlib import Path

import pytest

from sage_active.errors import SageActiveError
from sage_active_cli.configuration_file import ConfigurationFile


def test_what_is_written_is_read_and_only_by_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    file = ConfigurationFile(str(path), "--output")
    file.check_new()
    file.write({"name": "Bärwald", "none": None})
    assert file.read() == {"name": "Bärwald"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["config.json"]


def test_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "config.json", tmp_path / "link.json"
    path.write_text("{}", encoding="utf-8")
    link.symlink_to(path)
    ConfigurationFile(str(link), "--config").write({"a": 1})
    assert link.is_symlink()
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}


def test_reasons_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}", encoding="utf-8")
    file = ConfigurationFile(str(path), "--output")
    with pytest.raises(SageActiveError, match="exists already"):
        file.check_new()
    with pytest.raises(SageActiveError, match="no folder"):
        ConfigurationFile(str(tmp_path / "none" / "config.json"), "--output").check_new()
    with pytest.raises(SageActiveError, match="it is a directory"):
        ConfigurationFile(str(tmp_path), "--config").check_writable()
    # Root may write everywhere, so the answer of the system is replaced.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SageActiveError, match="may not write to the folder"):
        file.check_writable()


def test_write_that_fails_leaves_the_file_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"a": 1}', encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SageActiveError, match="No space left"):
        ConfigurationFile(str(path), "--config").write({"a": 2})
    assert path.read_text(encoding="utf-8") == '{"a": 1}'
    assert [file.name for file in tmp_path.iterdir()] == ["config.json"]
