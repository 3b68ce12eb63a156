"""The file that keeps rotated tokens."""

import errno
import json
import stat
import threading
from pathlib import Path

import pytest

from sage_active.auth.token_store import MOST_CHAINS, TokenFile, Tokens, fingerprint
from sage_active.errors import SageActiveError
from sage_active.faults import Kind

TOKENS = Tokens("second", "access", "2026-01-31T18:00:00Z")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "tokens.json"))
    assert file.read("first") is None
    file.write("first", TOKENS)
    assert file.read("first") == TOKENS


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    file = TokenFile(str(path))
    for _ in range(2):
        with file.locked():
            file.write("first", TOKENS)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in tmp_path.iterdir())
    assert {file.name for file in tmp_path.iterdir()} <= {"tokens.json", "tokens.json.lock"}


def test_an_open_file_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    path.touch(0o644)
    TokenFile(str(path)).write("first", TOKENS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_configured_token_is_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    TokenFile(str(path)).write("first-secret", TOKENS)
    assert b"first-secret" not in path.read_bytes()


def test_a_new_sign_in_makes_the_file_stale(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "tokens.json"))
    file.write("first", TOKENS)
    assert file.read("signed in again") is None


def test_a_configuration_that_was_given_the_newest_token_goes_on_with_the_file(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "tokens.json"))
    file.write("first", TOKENS)
    assert file.read("second") == TOKENS


def test_both_kinds_of_configuration_follow_one_chain(tmp_path: Path) -> None:
    # One program's configuration is updated by the platform, another one's never is; both name the same file.
    file = TokenFile(str(tmp_path / "tokens.json"))
    file.write("first", Tokens("second"))
    file.write("second", Tokens("third"))
    assert file.read("second") == Tokens("third")
    assert file.read("first") == Tokens("third")


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"not json",
        b"null",
        b'{"origin":1,"tokens":{}}',
        b"\xff\xfe",
        b'{"origins":["\xff"],"tokens":{"refresh_token":"a"}}',
    ],
)
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokens.json"
    path.write_bytes(content)
    with pytest.raises(SageActiveError, match=r"is not one that this connector wrote.*token_path") as raised:
        TokenFile(str(path)).read("first")
    assert raised.value.fault.kind is Kind.CONFIGURATION
    assert path.read_bytes() == content


def test_folders_are_made(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "new" / "deeper" / "tokens.json"))
    with file.locked():
        file.write("first", TOKENS)
    assert file.read("first") == TOKENS


def test_a_place_that_cannot_be_used_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = TokenFile(str(tmp_path / "file" / "tokens.json"))
    with pytest.raises(SageActiveError, match="cannot be used"), file.locked():
        pass
    with pytest.raises(SageActiveError, match="cannot be used"):
        file.write("first", TOKENS)
    with pytest.raises(SageActiveError, match="cannot be used"):
        TokenFile(str(tmp_path)).read("first")


def test_errors_of_those_who_hold_the_lock_are_their_own(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "tokens.json"))
    with pytest.raises(ConnectionResetError), file.locked():
        raise ConnectionResetError("peer")


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = str(tmp_path / "tokens.json")
    entered, released = threading.Event(), threading.Event()

    def wait_for_my_turn() -> None:
        with TokenFile(path).locked():
            assert released.is_set()
            entered.set()

    other = threading.Thread(target=wait_for_my_turn)
    with TokenFile(path).locked():
        other.start()
        # Without the lock the other one is in at once.
        assert not entered.wait(0.5)
        assert other.is_alive()
        released.set()
    assert entered.wait(10)
    other.join(10)


def test_sign_ins_that_share_a_file_keep_a_chain_each(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "tokens.json"))
    file.write("mine", Tokens("mine-2"))
    file.write("yours", Tokens("yours-2"))
    file.write("mine", Tokens("mine-3"))
    assert file.read("mine") == Tokens("mine-3")
    assert file.read("yours") == Tokens("yours-2")


def test_the_chains_that_were_renewed_last_are_kept(tmp_path: Path) -> None:
    file = TokenFile(str(tmp_path / "tokens.json"))
    file.write("first", Tokens("first-2"))
    for number in range(MOST_CHAINS - 1):
        file.write(f"grant-{number}", Tokens(f"token-{number}"))
    file.write("first", Tokens("first-3"))
    file.write("one more", Tokens("one more-2"))
    assert file.read("first") == Tokens("first-3")
    assert file.read("one more") == Tokens("one more-2")
    assert file.read("grant-0") is None
    assert file.read("grant-1") == Tokens("token-1")


def test_a_file_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    earlier = {"origins": [fingerprint("first")], "tokens": {"refresh_token": "second", "access_token": "access"}}
    path.write_text(json.dumps(earlier), encoding="utf-8")
    file = TokenFile(str(path))
    assert file.read("first") == Tokens("second", "access")
    file.write("another sign-in", Tokens("other"))
    file.write("first", Tokens("third"))
    assert file.read("another sign-in") == Tokens("other")
    assert file.read("first") == file.read("third") == Tokens("third")


def test_finding_out_whether_it_can_be_written_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    file = TokenFile(str(path))
    for content in (None, b""):
        if content is not None:
            path.write_bytes(content)
        file.check_writable()
        assert file.read("first") is None
    file.write("first", TOKENS)
    before = path.read_bytes()
    file.check_writable()
    assert path.read_bytes() == before


def test_a_file_that_can_only_be_written_in_place_keeps_all_chains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    path = tmp_path / "tokens.json"
    path.write_bytes(b"")
    monkeypatch.setattr(Path, "replace", busy)
    file = TokenFile(str(path))
    file.write("first", Tokens("a much longer token than the one that comes next"))
    file.write("other", TOKENS)
    file.check_writable()
    file.write("first", Tokens("short"))
    assert (file.read("first"), file.read("other")) == (Tokens("short"), TOKENS)
    assert {file.name for file in tmp_path.iterdir()} == {"tokens.json"}
