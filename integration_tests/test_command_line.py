"""`sage-active status`, `logout`, `streams`, `query`, and `--json`, against the stand-in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration_tests.expected import usable
from sage_active.auth.token_store import TokenFile, Tokens
from sage_active.markets import CONNECTIONS, DIRECT
from sage_active.resources.table import RESOURCES
from sage_active_cli.run import main
from sage_active_sandbox.sandbox import Sandbox

QUERY = "query Q($n: Int) { customers(first: $n) { totalCount nodes { id } } }"
Output = Callable[..., Any]


@pytest.fixture
def config(standing: Sandbox, tmp_path: Path) -> Callable[..., Path]:
    """Writes a configuration of a connection."""

    def write(connection: str = DIRECT, **options: Any) -> Path:
        path = tmp_path / f"{connection}.json"
        path.write_text(json.dumps({**standing.configuration(connection, "de"), **options}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def output(capfd: pytest.CaptureFixture[str]) -> Output:
    """Runs a command with `--json`, and decodes what it prints."""

    def run(*arguments: str | Path, code: int = 0) -> Any:
        capfd.readouterr()
        assert main([*map(str, arguments), "--json"]) == code
        captured = capfd.readouterr()
        assert captured.err == ""
        return json.loads(captured.out)

    return run


def content(path: Path) -> dict[str, Any]:
    """A configuration."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def test_companies(standing: Sandbox, config: Callable[..., Path], output: Output, connection: str) -> None:
    result = output("companies", "--config", config(connection))["companies"]
    assert {company["id"] for company in result} >= {company.id for company in usable(standing, "de")}
    assert set(result[0]) == {"id", "name", "market", "status", "usable"}
    if connection == DIRECT:
        assert "EXPIRED" in {company["status"] for company in result if not company["usable"]}


def test_forecast(config: Callable[..., Path], output: Output) -> None:
    result = output("forecast", "--config", config("maesn"))
    assert result["requests"] == sum(line["requests"] for line in result["streams"])
    assert result["rows"] == sum(line["rows"] or 0 for line in result["streams"])
    assert result["seconds"] > 0


@pytest.mark.parametrize("way", CONNECTIONS)
def test_streams(way: str, output: Output, capfd: pytest.CaptureFixture[str]) -> None:
    result = {stream["name"]: stream for stream in output("streams", "--connection", way)["streams"]}
    assert result.keys() >= {resource.name for resource in RESOURCES if resource.suggested and way in resource.bindings}
    assert result["customers"]["incremental"]
    assert result["companies"]["primary_key"] == ["id", "name"]
    assert main(["streams", "--connection", way]) == 0
    table = capfd.readouterr().out
    assert all(name in table for name in result)


def test_status(standing: Sandbox, config: Callable[..., Path], output: Output, connection: str) -> None:
    path = config(connection)
    assert output("status", "--config", path) == {
        "configuration": str(path),
        "connection": connection,
        "target_systems": ["sage-active-de"],
        "signed_in": True,
        "access_token_until": None,
        "token_path": None,
        "companies": [],
        "problem": None,
    }
    assert standing.requests == [], "nobody is asked"


def test_status_of_what_is_not_valid(config: Callable[..., Path], output: Output) -> None:
    path = config(num_workers=0, companies=[{"company_id": "A"}])
    assert "`num_workers`" in output("status", "--config", path, code=1)["problem"]


def test_status_knows_the_token_file(config: Callable[..., Path], tmp_path: Path, output: Output) -> None:
    path = config(token_path=str(tmp_path / "tokens.json"))
    tokens = Tokens("newer", "access", "2099-01-31T18:00:00Z")
    TokenFile(str(tmp_path / "tokens.json")).write(content(path)["credentials"]["refresh_token"], tokens)
    assert output("status", "--config", path)["access_token_until"] == tokens.expires_at


def test_logout_revokes_and_keeps_the_rest(
    standing: Sandbox, config: Callable[..., Path], output: Output, capfd: pytest.CaptureFixture[str]
) -> None:
    path = config(num_workers=3, companies=[{"company_id": "A"}], of_another_version=[None])
    before = content(path)
    refresh_token = before["credentials"]["refresh_token"]
    assert output("logout", "--config", path) == {
        "configuration": str(path),
        "removed": ["refresh_token"],
        "revoked": True,
    }
    assert not standing.sign_in.renews(refresh_token)
    del before["credentials"]["refresh_token"]
    assert content(path) == before
    status = output("status", "--config", path, code=1)
    assert (status["signed_in"], status["problem"], status["companies"]) == (False, None, ["A"])
    assert main(["logout", "--config", str(path)]) == 0
    assert "was not signed in" in capfd.readouterr().out


def test_logout_without_the_service(standing: Sandbox, config: Callable[..., Path], output: Output) -> None:
    path = config()
    refresh_token = content(path)["credentials"]["refresh_token"]
    assert not output("logout", "--config", path, "--local")["revoked"]
    assert standing.sign_in.renews(refresh_token)
    assert standing.requests == []
    assert output("logout", "--config", config("maesn"))["removed"] == ["account_key"]


def test_logout_empties_the_token_file(
    standing: Sandbox, config: Callable[..., Path], output: Output, tmp_path: Path
) -> None:
    tokens = TokenFile(str(tmp_path / "tokens.json"))
    path = config(token_path=str(tmp_path / "tokens.json"))
    configured = content(path)["credentials"]["refresh_token"]
    newer = standing.sign_in.issue_refresh_token()
    tokens.write(configured, Tokens(newer))
    tokens.write("of another sign-in", Tokens("another"))
    assert output("logout", "--config", path)["revoked"]
    assert not standing.sign_in.renews(newer)
    assert tokens.read(configured) is None
    assert tokens.read("of another sign-in") == Tokens("another")


def test_a_refused_revocation_changes_nothing(
    sandbox: Sandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(sandbox.configuration(DIRECT, "de")), encoding="utf-8")
    before = content(path)
    before["credentials"]["client_secret"] = "CANARY+secret/=="
    path.write_text(json.dumps(before), encoding="utf-8")
    assert main(["logout", "--config", str(path)]) == 1
    stderr = capfd.readouterr().err
    assert "refused the app" in stderr
    assert "CANARY" not in stderr
    assert content(path) == before


def test_query(standing: Sandbox, config: Callable[..., Path], output: Output, tmp_path: Path) -> None:
    company = usable(standing, "de")[0]
    variables = tmp_path / "variables.json"
    variables.write_text('{"n": 3}', encoding="utf-8")
    path = config()
    result = output("query", QUERY, "--config", path, "--company", company.name, "--variables", variables)
    customers = standing.store.table(company.id, "Customer")
    assert result["data"]["customers"]["totalCount"] == len(customers)
    assert {node["id"] for node in result["data"]["customers"]["nodes"]} <= customers.keys()
    assert len(result["data"]["customers"]["nodes"]) == 3


@pytest.mark.parametrize(
    ("query", "connection_name", "problem"),
    [
        ("mutation { deleteCustomer(id: 1) { id } }", "direct", "Only queries are sent"),
        ("{ documentPdfEmail { __typename } }", "direct", "documentPdfEmail has side effects"),
        ("{ custmers { totalCount } }", "direct", "Did you mean 'customers'"),
        ("{ __typename }", "maesn", "needs the direct connection"),
    ],
)
def test_queries_that_are_not_sent(
    standing: Sandbox,
    config: Callable[..., Path],
    query: str,
    connection_name: str,
    problem: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["query", query, "--config", str(config(connection_name))]) == 1
    assert problem in capfd.readouterr().err
    assert standing.requests == []
