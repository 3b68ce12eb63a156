"""`sage-active login` and `sage-active companies`, end to end against the sandbox's sign-in page."""

import io
import json
import os
import re
import socket
import stat
import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pexpect
import pytest
import requests

from integration_tests.connector import LONGEST_SECONDS, Connector, secrets_of
from integration_tests.expected import listed, usable
from integration_tests.sign_in_page import REFUSE, SIGN_IN, Browser, end_of, free_port, press
from sage_active_cli.run import main
from sage_active_sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from sage_active_sandbox.sandbox import API_KEY, Sandbox

KEYS = {
    "SAGE_ACTIVE_CLIENT_ID": CLIENT_ID,
    "SAGE_ACTIVE_CLIENT_SECRET": CLIENT_SECRET,
    "SAGE_ACTIVE_SUBSCRIPTION_KEY": "sandbox-key-de",
    "SAGE_ACTIVE_MAESN_API_KEY": API_KEY,
    "SAGE_ACTIVE_MAESN_ACCOUNT_KEY": "sandbox-account-key-de",
}
Login = Callable[..., int]


@pytest.fixture
def port() -> int:
    """A port that is free at the moment."""
    return free_port()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """All keys in the environment, nobody at the terminal."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where the configuration is to be written."""
    return tmp_path / "config.json"


@pytest.fixture
def login(standing: Sandbox, port: int, output: Path, monkeypatch: pytest.MonkeyPatch) -> Login:
    """Runs the command with a browser that presses a button of the sign-in page."""

    def run(*arguments: str, visit: Callable[[str], object] = press, address: Sequence[str] = ()) -> int:
        monkeypatch.setattr(webbrowser, "open", Browser(visit).open)
        fixed = ["--market", "de", "--output", str(output), "--sandbox-url", standing.url]
        return main(["login", *fixed, *(address or ("--port", str(port))), *arguments])

    return run


def mode(path: Path) -> int:
    """The rights of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def content(path: Path) -> dict[str, Any]:
    """A configuration."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("with_secret", [True, False], ids=["web server", "desktop"])
def test_signing_in_writes_a_configuration_that_reads(
    standing: Sandbox,
    login: Login,
    output: Path,
    tmp_path: Path,
    with_secret: bool,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if not with_secret:
        monkeypatch.delenv("SAGE_ACTIVE_CLIENT_SECRET")
    assert login() == 0
    config = content(output)
    assert mode(output) == 0o600
    assert config["credentials"]["auth_type"] == "token"
    assert config["credentials"]["target_system"] == "sage-active-de"
    assert ("client_secret" in config["credentials"]) is with_secret
    assert "companies" not in config, "all companies, also those that come later"
    assert len([request for request in standing.requests if request.path == "/connect/token"]) == 1
    captured = capfd.readouterr()
    assert all(company.name in captured.out for company in listed(standing, "de"))
    hidden = [secret for secret in secrets_of(config) if secret != CLIENT_ID]
    assert not [secret for secret in hidden if secret in captured.out + captured.err]
    connector = Connector(tmp_path, config)
    assert connector.check().status[0] == "SUCCEEDED"
    assert len([request for request in standing.requests if request.path == "/connect/token"]) == 1, (
        "the token is fresh"
    )
    standing.sign_in.expire_access_tokens()
    assert connector.check().status[0] == "SUCCEEDED", "the refresh token works"


def test_further_markets_are_signed_in_at_once(
    standing: Sandbox, login: Login, output: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAGE_ACTIVE_SUBSCRIPTION_KEY_FR", "sandbox-key-fr")
    assert login("--further-market", "fr") == 0
    further = [{"target_system": "sage-active-fr", "subscription_key": "sandbox-key-fr"}]
    assert content(output)["credentials"]["further_markets"] == further
    captured = capfd.readouterr()
    assert all(company.name in captured.out for market in ("de", "fr") for company in usable(standing, market))
    assert main(["status", "--config", str(output)]) == 0
    assert "sage-active-de, sage-active-fr" in capfd.readouterr().out
    assert "sandbox-key" not in captured.out + captured.err
    # Whoever signs in again keeps them.
    monkeypatch.delenv("SAGE_ACTIVE_SUBSCRIPTION_KEY_FR")
    assert login("--force") == 0
    assert content(output)["credentials"]["further_markets"] == further
    assert login("--force", "--further-market", "de") == 1
    assert "--further-market" in capfd.readouterr().err


def test_further_accounts_of_maesn_are_asked_for(
    standing: Sandbox, login: Login, output: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAGE_ACTIVE_MAESN_ACCOUNT_KEY_ES", "sandbox-account-key-es")
    assert login("--connection", "maesn", "--further-market", "es") == 0
    assert content(output)["credentials"]["further_accounts"] == [
        {"target_system": "sage-active-es", "account_key": "sandbox-account-key-es"}
    ]
    paths = [request.path for request in standing.requests]
    assert {"/auth/sage-active-de", "/auth/sage-active-es"} <= set(paths)
    assert main(["logout", "--config", str(output)]) == 0
    assert not content(output)["credentials"].keys() & {"account_key", "further_accounts"}
    assert f"sage-active login --config {output} --further-market es\n" in capfd.readouterr().out, "else it is lost"


def test_the_address_is_the_documented_one(standing: Sandbox, login: Login, port: int) -> None:
    seen: list[str] = []

    def visit(address: str) -> None:
        seen.append(address)
        press(address)

    assert login(visit=visit) == 0
    parts = urlsplit(seen[0])
    parameters = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
    assert parts.path == "/connect/authorize"
    assert parameters["response_type"] == "code"
    assert parameters["client_id"] == CLIENT_ID
    assert parameters["scope"] == "RDSA WDSA offline_access"
    assert parameters["redirect_uri"] == f"http://127.0.0.1:{port}/callback"
    assert parameters["code_challenge_method"] == "S256"
    assert len(parameters["code_challenge"]) == 43
    assert len(parameters["state"]) >= 32


def test_another_registered_address_may_be_named(login: Login, port: int) -> None:
    assert login(address=("--redirect-uri", f"http://localhost:{port}/signed/in")) == 0


@pytest.mark.parametrize(
    "uri", ["https://127.0.0.1:8401/callback", "http://example.com:80/", "http://localhost/x", "a"]
)
def test_address_that_is_not_on_this_machine_is_refused(
    standing: Sandbox, login: Login, uri: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert login(address=("--redirect-uri", uri)) == 1
    assert "http://127.0.0.1:8401/callback" in capfd.readouterr().err
    assert standing.requests == []


@pytest.mark.parametrize("by", ["id", "name"])
def test_companies_may_be_named(standing: Sandbox, login: Login, output: Path, by: str) -> None:
    wanted = usable(standing, "de")[1]
    assert login("--company", getattr(wanted, by)) == 0
    assert content(output)["companies"] == [{"company_id": wanted.id}]


def test_the_result_as_json(standing: Sandbox, login: Login, output: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert login("--json") == 0
    captured = capfd.readouterr()
    result = json.loads(captured.out)
    assert result["configuration"] == str(output)
    assert [company["id"] for company in result["companies"]] == [company.id for company in usable(standing, "de")]
    assert "/connect/authorize?" in captured.err


def test_unknown_company_is_refused_with_the_list(
    standing: Sandbox, login: Login, output: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert login("--company", "Nobody GmbH") == 1
    assert not output.exists()
    message = capfd.readouterr().err
    assert "'Nobody GmbH'" in message
    assert usable(standing, "de")[0].id in message


def test_existing_file_is_not_replaced_unless_asked_to(
    standing: Sandbox, login: Login, output: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output.write_text("{}", encoding="utf-8")
    assert login() == 1
    assert output.read_text(encoding="utf-8") == "{}"
    assert "--force" in capfd.readouterr().err
    assert standing.requests == [], "before anybody has taken the trouble to sign in"
    assert login("--force") == 0
    assert mode(output) == 0o600


def test_folder_that_is_not_there_is_noticed_before_signing_in(
    standing: Sandbox, login: Login, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert login("--output", str(tmp_path / "nowhere" / "config.json")) == 1
    assert "no folder" in capfd.readouterr().err
    assert standing.requests == []


def _other_state(address: str) -> None:
    parameters = parse_qs(urlsplit(address).query)
    requests.get(parameters["redirect_uri"][0], params={"code": "a", "state": "another"}, timeout=10)


def _favicon_first(address: str) -> None:
    listener = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0])
    idle = socket.create_connection((listener.hostname or "", listener.port or 0))
    found = requests.get(f"http://{listener.netloc}/favicon.ico", timeout=10)
    assert found.status_code == 404
    press(address)
    idle.close()


FAILURES: Sequence[tuple[dict[str, str], Callable[[str], object], Sequence[str], str]] = [
    ({}, lambda address: press(address, REFUSE), (), "refused, or cancelled"),
    ({}, _other_state, (), "answer to another sign-in"),
    ({}, len, ("--timeout", "0.2"), "Nobody came back"),
    ({"SAGE_ACTIVE_CLIENT_SECRET": "not-the-key"}, press, (), "refused the app"),
    ({"SAGE_ACTIVE_SUBSCRIPTION_KEY": "not-the-key"}, press, (), "subscription key"),
    ({"SAGE_ACTIVE_CLIENT_ID": ""}, press, (), "SAGE_ACTIVE_CLIENT_ID"),
]


@pytest.mark.parametrize(
    ("environment", "visit", "arguments", "message"), FAILURES, ids=[failure[3] for failure in FAILURES]
)
def test_failures_are_told_in_words(
    login: Login,
    output: Path,
    environment: dict[str, str],
    visit: Callable[[str], object],
    arguments: Sequence[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert login(*arguments, visit=visit) == 1
    stderr = capfd.readouterr().err
    assert message in stderr
    assert "Traceback" not in stderr
    assert not output.exists()


def test_a_blank_company_is_told_before_the_first_question(login: Login, capfd: pytest.CaptureFixture[str]) -> None:
    assert login("--company", " ") == 1
    captured = capfd.readouterr()
    assert "`--company`" in captured.err
    assert "http" not in captured.out


def test_what_else_a_browser_asks_for_does_no_harm(login: Login) -> None:
    assert login(visit=_favicon_first) == 0


def test_port_in_use_is_told_before_the_first_question(
    login: Login, port: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAGE_ACTIVE_SUBSCRIPTION_KEY")
    with socket.create_server(("127.0.0.1", port)):
        assert login() == 1
    assert f"Port {port} of this machine is in use" in capfd.readouterr().err


def test_user_without_a_usable_company_is_told(
    sandbox: Sandbox, port: int, output: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for company in list(listed(sandbox, "de")):
        if company.usable:
            del sandbox.store.companies[company.id]
    monkeypatch.setattr(webbrowser, "open", Browser().open)
    fixed = ["--market", "de", "--port", str(port), "--output", str(output), "--sandbox-url", sandbox.url]
    assert main(["login", *fixed]) == 1
    assert "none that can be used" in capfd.readouterr().err
    assert not output.exists()


def test_user_who_never_signed_in_to_sage_active_is_told(
    sandbox: Sandbox, port: int, output: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox.faults.add("status", path="/connect/token", status=403, body={"message": "Forbidden"}, times=-1)
    monkeypatch.setattr(webbrowser, "open", Browser().open)
    fixed = ["--market", "de", "--port", str(port), "--output", str(output), "--sandbox-url", sandbox.url]
    assert main(["login", *fixed]) == 1
    assert "sign in to Sage Active itself once" in capfd.readouterr().err


def test_through_maesn(login: Login, output: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert login("--connection", "maesn") == 0
    assert "/connect/authorize?" in capfd.readouterr().out, "Maesn's address of the sign-in"
    assert content(output)["credentials"] == {
        "auth_type": "maesn",
        "target_system": "sage-active-de",
        "api_key": API_KEY,
        "account_key": "sandbox-account-key-de",
    }
    assert mode(output) == 0o600
    assert Connector(tmp_path, content(output)).check().status[0] == "SUCCEEDED"


@pytest.mark.parametrize("variable", ["SAGE_ACTIVE_MAESN_API_KEY", "SAGE_ACTIVE_MAESN_ACCOUNT_KEY"])
def test_key_that_maesn_refuses_is_told(
    login: Login, output: Path, variable: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, "not-the-key")
    assert login("--connection", "maesn") == 1
    assert "Maesn refused the request (HTTP 403)" in capfd.readouterr().err
    assert not output.exists()


def test_companies_lists_them_and_keeps_rotated_tokens(
    standing: Sandbox, output: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {**standing.configuration("direct", "de"), "lookback_minutes": 30}
    output.write_text(json.dumps(before), encoding="utf-8")
    output.chmod(0o644)
    assert main(["companies", "--config", str(output)]) == 0
    stdout = capfd.readouterr().out
    for company in usable(standing, "de"):
        assert re.search(f"{re.escape(company.id)} +{re.escape(company.name)} +DE +READY +yes", stdout)
    assert re.search("EXPIRED +no", stdout)
    after = content(output)
    assert mode(output) == 0o600
    assert after["lookback_minutes"] == 30
    assert after["credentials"]["refresh_token"] != before["credentials"]["refresh_token"]
    assert main(["companies", "--config", str(output)]) == 0, "the rotated token works"
    assert len([request for request in standing.requests if request.path == "/connect/token"]) == 1


def test_token_file_keeps_them_where_there_is_one(standing: Sandbox, output: Path, tmp_path: Path) -> None:
    config = {**standing.configuration("direct", "de"), "token_path": str(tmp_path / "tokens.json")}
    output.write_text(json.dumps(config), encoding="utf-8")
    assert main(["companies", "--config", str(output)]) == 0
    assert content(output) == config
    assert main(["forecast", "--config", str(output)]) == 0
    assert len([request for request in standing.requests if request.path == "/connect/token"]) == 1


def test_configuration_of_the_destination_can_be_listed(standing: Sandbox, output: Path) -> None:
    config = {**standing.configuration("maesn", "de"), "company_map": {}, "dry_run": True}
    output.write_text(json.dumps(config), encoding="utf-8")
    assert main(["companies", "--config", str(output)]) == 0
    assert content(output) == config


@pytest.mark.parametrize("text", [None, "[]", "{", '{"credentials": {"auth_type": "nonsense"}}'])
def test_configuration_that_is_none_is_told(text: str | None, output: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if text is not None:
        output.write_text(text, encoding="utf-8")
    for command in ("companies", "forecast"):
        assert main([command, "--config", str(output)]) == 1
        captured = capfd.readouterr()
        assert captured.err.startswith("sage-active: ")
        assert "Traceback" not in captured.err
        assert captured.out == ""


def test_forecast_is_printed(
    standing: Sandbox, output: Path, connection: str, capfd: pytest.CaptureFixture[str]
) -> None:
    output.write_text(json.dumps(standing.configuration(connection, "de")), encoding="utf-8")
    assert main(["forecast", "--config", str(output)]) == 0
    captured = capfd.readouterr()
    assert "total" in captured.out
    assert "num_workers" in captured.out
    assert captured.err == ""


@pytest.mark.parametrize(("button", "expected"), [(SIGN_IN, "You are signed in"), (REFUSE, "refused, or cancelled")])
def test_the_page_says_how_it_went(login: Login, button: str, expected: str) -> None:
    pages: SimpleQueue[requests.Response] = SimpleQueue()
    assert login(visit=lambda address: pages.put(press(address, button))) == (0 if button == SIGN_IN else 1)
    page = pages.get(timeout=LONGEST_SECONDS)
    assert expected in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not re.search("(src|href|url)[=(]", page.text), "nothing comes from outside"


def test_the_address_is_pasted_where_the_browser_is_on_another_machine(
    standing: Sandbox, port: int, output: Path
) -> None:
    arguments = ["login", "--market", "de", "--port", str(port), "--output", str(output), "--no-browser"]
    command = ["-m", "sage_active_cli.run", *arguments, "--company", usable(standing, "de")[0].name]
    command += ["--sandbox-url", standing.url]
    with pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=LONGEST_SECONDS) as terminal:
        terminal.expect(r"(http\S+/connect/authorize\S+)\r\n")
        address = end_of(terminal.match[1])
        terminal.sendline("http://127.0.0.1/other?x=1")
        terminal.expect_exact("This is not the address")
        terminal.sendline(f"  {address} ")
        terminal.expect_exact("Written: ")
        terminal.expect_exact(pexpect.EOF)
    assert terminal.exitstatus == 0
    assert mode(output) == 0o600


def test_in_a_terminal_keys_are_hidden_and_companies_chosen(standing: Sandbox, port: int, output: Path) -> None:
    arguments = ["login", "--market", "de", "--port", str(port), "--output", str(output), "--no-browser"]
    environment = {name: value for name, value in os.environ.items() if name not in KEYS}
    command = ["-m", "sage_active_cli.run", *arguments, "--sandbox-url", standing.url]
    screen = io.StringIO()
    with pexpect.spawn(sys.executable, command, env=environment, encoding="utf-8", timeout=LONGEST_SECONDS) as terminal:
        terminal.logfile_read = screen
        for prompt, answer in (
            ("Client id: ", CLIENT_ID),
            ("Client secret (empty if there is none): ", CLIENT_SECRET),
            ("Subscription key of the market DE: ", "sandbox-key-de"),
        ):
            terminal.expect_exact(prompt)
            assert terminal.waitnoecho(), "what is typed would be shown"
            terminal.sendline(answer)
        terminal.expect(r"(http\S+/connect/authorize\S+)\r\n")
        press(terminal.match[1])
        terminal.expect_exact("Which companies?")
        terminal.sendline("3")
        terminal.expect_exact("numbers from 1 to 2")
        terminal.expect_exact("Which companies?")
        terminal.sendline("2, 2")
        terminal.expect_exact(pexpect.EOF)
    assert terminal.exitstatus == 0, screen.getvalue()
    assert CLIENT_SECRET not in screen.getvalue()
    assert "sandbox-key-de" not in screen.getvalue()
    assert content(output)["companies"] == [{"company_id": usable(standing, "de")[1].id}]
