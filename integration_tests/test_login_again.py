"""Signing in again keeps the configuration: only the credentials are new."""

import io
import json
import socket
import stat
import sys
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from integration_tests.expected import usable
from integration_tests.sign_in_page import Browser, free_port
from sage_active.markets import CONNECTIONS
from sage_active_cli.run import main
from sage_active_sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from sage_active_sandbox.sandbox import API_KEY, Sandbox

VARIABLES: Final = (
    "SAGE_ACTIVE_CLIENT_ID",
    "SAGE_ACTIVE_CLIENT_SECRET",
    "SAGE_ACTIVE_SUBSCRIPTION_KEY",
    "SAGE_ACTIVE_MAESN_API_KEY",
    "SAGE_ACTIVE_MAESN_ACCOUNT_KEY",
)
Again = Callable[..., int]


@pytest.fixture(autouse=True)
def nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key in the environment, nobody at the terminal."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Where the configuration is."""
    return tmp_path / "config.json"


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch, config: Path) -> Again:
    """Signs in again, with a browser that agrees."""
    port = free_port()
    monkeypatch.setattr(webbrowser, "open", Browser().open)

    def run(*arguments: str, file: tuple[str, ...] = ("--config", str(config))) -> int:
        return main(["login", *file, "--port", str(port), *arguments])

    return run


def configured(sandbox: Sandbox, connection: str, **options: Any) -> dict[str, Any]:
    """A configuration with companies, options, and members that the command does not know, in an order of its own."""
    common = sandbox.configuration(connection, "de")
    company = usable(sandbox, "de")[1]
    return {
        "start_date": "2025-01-01",
        "companies": [{"company_id": company.name}],
        "credentials": common["credentials"],
        "of_another_version": {"kept": [1, None, ""]},
        "num_workers": 3,
        "sandbox_url": common["sandbox_url"],
        "nothing": None,
        **options,
    }


def others(config: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Everything but the credentials, in order."""
    return [(name, "new" if name == "credentials" else value) for name, value in config.items()]


def write(path: Path, config: Mapping[str, Any]) -> None:
    """Writes a configuration."""
    path.write_text(json.dumps(config), encoding="utf-8")


def content(path: Path) -> dict[str, Any]:
    """A configuration."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("kind", ["token", "oauth2.0"])
@pytest.mark.parametrize("way", [("--config",), ("--force", "--output")], ids=["config", "force"])
def test_only_the_credentials_are_new(
    standing: Sandbox, again: Again, config: Path, kind: str, way: tuple[str, ...]
) -> None:
    before = configured(standing, "direct")
    dead = {"refresh_token": "dead", "access_token": "dead", "token_expiry_date": "2020-01-01T00:00:00Z"}
    before["credentials"] |= {**dead, "auth_type": kind}
    write(config, before)
    assert again(file=(*way, str(config))) == 0
    after = content(config)
    assert others(after) == others(before)
    assert list(after["credentials"]) == list(before["credentials"])
    changed = {name for name, value in after["credentials"].items() if value != before["credentials"][name]}
    assert changed == {"refresh_token", "access_token", "token_expiry_date"}
    assert standing.sign_in.renews(after["credentials"]["refresh_token"])
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_an_app_without_a_secret_has_none_afterwards(standing: Sandbox, again: Again, config: Path) -> None:
    before = configured(standing, "direct")
    del before["credentials"]["client_secret"]
    write(config, before)
    assert again() == 0
    assert "client_secret" not in content(config)["credentials"]


def test_a_destination_signs_in_again(standing: Sandbox, again: Again, config: Path) -> None:
    options = {"document_key": "externalReference", "company_map": [], "streams": [], "dry_run": True}
    before = configured(standing, "direct", **options)
    write(config, before)
    assert again("--market", "de", "--connection", "direct") == 0
    assert others(content(config)) == others(before)


@pytest.mark.parametrize("account_key", [None, "sandbox-account-key-de"])
def test_through_maesn_only_the_account_key_may_change(
    standing: Sandbox, again: Again, config: Path, account_key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = configured(standing, "maesn")
    if account_key:
        before["credentials"]["account_key"] = "an earlier one"
        monkeypatch.setenv("SAGE_ACTIVE_MAESN_ACCOUNT_KEY", account_key)
    write(config, before)
    assert again() == 0
    after = content(config)
    assert others(after) == others(before)
    assert (after["credentials"]["api_key"], after["credentials"]["account_key"]) == (API_KEY, "sandbox-account-key-de")


def test_what_is_named_replaces_what_the_file_has(
    standing: Sandbox, again: Again, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = configured(standing, "direct")
    before["credentials"] |= {"client_id": "earlier", "client_secret": "earlier", "subscription_key": "earlier"}
    write(config, before)
    monkeypatch.setenv("SAGE_ACTIVE_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("SAGE_ACTIVE_SUBSCRIPTION_KEY", "sandbox-key-de")
    company, tokens = usable(standing, "de")[0], str(tmp_path / "tokens.json")
    assert again("--client-id", CLIENT_ID, "--company", company.name, "--token-path", tokens) == 0
    after = content(config)
    assert after["companies"] == [{"company_id": company.id}]
    assert after["token_path"] == tokens
    assert after["start_date"] == before["start_date"]
    assert after["credentials"]["client_secret"] == CLIENT_SECRET


def test_a_company_that_cannot_be_used_is_named_and_kept(
    standing: Sandbox, again: Again, config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = configured(standing, "direct")
    before["companies"].append({"company_id": "Gone GmbH"})
    write(config, before)
    assert again() == 0
    assert content(config)["companies"] == before["companies"]
    assert "'Gone GmbH'" in capfd.readouterr().err


def test_a_link_stays_a_link(standing: Sandbox, again: Again, config: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    write(real, configured(standing, "direct"))
    config.symlink_to(real)
    assert again() == 0
    assert config.is_symlink()
    assert content(real)["credentials"]["refresh_token"] != "sandbox-refresh-token-de"


def test_what_changes_meanwhile_is_kept_too(
    standing: Sandbox, again: Again, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = configured(standing, "direct")
    write(config, before)
    browser = Browser()

    def edit(address: str) -> bool:
        write(config, {**before, "num_workers": 5})
        return browser.open(address)

    monkeypatch.setattr(webbrowser, "open", edit)
    assert again() == 0
    assert content(config)["num_workers"] == 5


REFUSED: Final[Mapping[str, tuple[dict[str, Any], tuple[str, ...], str]]] = {
    "another market": ({}, ("--market", "es"), "for the market DE"),
    "another connection": ({}, ("--connection", "maesn"), "Sage Active directly"),
    "no market": ({"credentials": {}}, (), "Add --market"),
    "a wrong option": ({"num_workers": 0}, (), "`num_workers`"),
    "an unsafe stand-in": ({"sandbox_url": "http://127.0.0.1:1\\@evil.test"}, (), "`sandbox_url`"),
    "a token file that is none": ({"token_path": "/dev/null"}, (), "it is a device"),
}


@pytest.mark.parametrize(("change", "arguments", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_told_before_anybody_signs_in(
    standing: Sandbox,
    again: Again,
    config: Path,
    change: dict[str, Any],
    arguments: tuple[str, ...],
    message: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = {**configured(standing, "direct"), **change}
    write(config, before)
    assert again(*arguments) == 1
    captured = capfd.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert content(config) == before
    assert standing.requests == []


@pytest.mark.parametrize("way", CONNECTIONS)
def test_the_first_market_is_refused_as_a_further_one_before_anybody_signs_in(
    standing: Sandbox, again: Again, config: Path, way: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = configured(standing, way)
    write(config, before)
    assert again("--further-market", "de") == 1
    captured = capfd.readouterr()
    assert "`--further-market` names DE" in captured.err
    assert captured.out == ""
    assert content(config) == before
    assert standing.requests == []


def test_files_that_are_no_configuration(again: Again, config: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for text, message in ((None, "There is no file"), ("[]", "JSON object"), ("{", "not JSON")):
        if text is not None:
            config.write_text(text, encoding="utf-8")
        assert again() == 1
        assert message in capfd.readouterr().err
    assert again(file=("--config", '{"credentials": {"api_key": "CANARY"}}')) == 1
    stderr = capfd.readouterr().err
    assert "a path is expected" in stderr
    assert "CANARY" not in stderr


def test_a_sign_in_that_fails_changes_nothing(standing: Sandbox, again: Again, config: Path) -> None:
    before = configured(standing, "direct")
    before["credentials"]["subscription_key"] = "not-the-key"
    write(config, before)
    assert again() == 1
    assert content(config) == before


def test_other_commands_keep_what_they_do_not_know(standing: Sandbox, config: Path) -> None:
    before = configured(standing, "direct")
    write(config, before)
    assert main(["companies", "--config", str(config)]) == 0
    after = content(config)
    assert others(after) == others(before)
    assert after["credentials"]["refresh_token"] != before["credentials"]["refresh_token"]


def test_a_redirect_address_may_be_ipv6(standing: Sandbox, again: Again, config: Path) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as probe:
        port = probe.getsockname()[1]
    write(config, configured(standing, "direct"))
    address = f"http://[::1]:{port}/callback"
    assert main(["login", "--config", str(config), "--redirect-uri", address]) == 0


@pytest.mark.parametrize("uri", ["http://evil.test\\@127.0.0.1:8401/", "http://127.1:8401/", "http://localhost.:8401/"])
def test_a_redirect_address_that_is_read_in_different_ways(
    standing: Sandbox, config: Path, uri: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write(config, configured(standing, "direct"))
    assert main(["login", "--config", str(config), "--redirect-uri", uri]) == 1
    assert "The redirect address cannot be used" in capfd.readouterr().err
    assert standing.requests == []
