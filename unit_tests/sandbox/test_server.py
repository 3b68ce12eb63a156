"""Gateway, request log, admin endpoint and the command."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sage_active_sandbox.run import main
from sage_active_sandbox.sandbox import Sandbox
from sage_active_sandbox.switches import Switches

WRONG_KEY = (
    "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
)
COUNT = "{customers{totalCount}}"
BIG = "{customers(first:500){nodes{id socialName addresses{id city}}}}"


def admin(sandbox: Any, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{sandbox.url}/admin/{path}", json=body, timeout=10)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x_api_key": None}, WRONG_KEY),
        ({"x_api_key": "nonsense"}, WRONG_KEY),
        ({"x_api_key": "sandbox-key-fr"}, WRONG_KEY),
        ({"Authorization": None}, "JWT not present."),
        ({"Authorization": "Basic abc"}, "JWT not present."),
        ({"Authorization": "Bearer unknown"}, "JWT is invalid or has expired."),
    ],
)
def test_refusals_of_the_gateway(api: Any, headers: dict[str, str | None], message: str) -> None:
    response = api.post(COUNT, **headers)
    assert response.status_code == 401
    assert response.json() == {"statusCode": 401, "message": message}


def test_rate_limit_states_when_to_come_back(api: Any) -> None:
    api.sandbox.rate_limit.requests_per_minute = 0
    response = api.post(COUNT)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_the_limit_counts_the_requests_of_a_minute() -> None:
    with Sandbox(rows=0, requests_per_minute=3) as sandbox:
        found = [requests.post(f"{sandbox.url}/graphql", timeout=10).status_code for _ in range(5)]
    assert found == [401, 401, 401, 429, 429]


def test_date_header_is_the_servers_clock(api: Any) -> None:
    api.sandbox.switches.clock_offset_seconds = 86400
    server_time = parsedate_to_datetime(api.post(COUNT).headers["Date"])
    assert abs(server_time - datetime.now(UTC) - timedelta(days=1)) < timedelta(seconds=10)
    unknown_method = requests.request("BREW", api.sandbox.url, timeout=10)
    for refused in (api.post(COUNT, x_api_key=None), unknown_method):
        assert parsedate_to_datetime(refused.headers["Date"]) > datetime.now(UTC) + timedelta(hours=23)


def test_connections_are_kept_and_large_bodies_compressed(api: Any) -> None:
    small, large = api.post(COUNT), api.post(BIG)
    assert "Content-Encoding" not in small.headers
    assert large.headers["Content-Encoding"] == "gzip"
    assert large.json()["data"]["customers"]["nodes"]
    plain = api.post(BIG, Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == large.json()
    pools = [adapter.poolmanager.pools for adapter in api.session.adapters.values()]
    assert sum(pools[1][key].num_connections for key in pools[1].keys()) == 1  # noqa: SIM118


@pytest.mark.parametrize("path", ["/", "/nothing", "/connect/nothing", "/graphql/other"])
def test_unknown_paths(api: Any, path: str) -> None:
    assert api.session.get(api.sandbox.url + path, headers=api.headers(), timeout=10).status_code == 404


def test_maesn_answers_on_the_same_port(sandbox: Any) -> None:
    configuration = sandbox.configuration("maesn", "de")["credentials"]
    headers = {"X-API-KEY": configuration["api_key"], "X-ACCOUNT-KEY": configuration["account_key"]}
    response = requests.get(f"{sandbox.url}/auth/companies", headers=headers, timeout=10)
    row = response.json()["data"][0]
    parameters = {"companyId": row["id"], "environmentName": row["environmentId"], "limit": "5"}
    page = requests.get(f"{sandbox.url}/accounting/customers", headers=headers, params=parameters, timeout=10)
    assert (page.status_code, len(page.json()["data"])) == (200, 5)
    assert sandbox.requests[-1].company_id == row["id"]
    assert sandbox.requests[-1].headers["x-account-key"] == "present"


def test_request_log(api: Any) -> None:
    api.post("query($c:String){a:customers(first:3,where:{code:{eq:$c}}){totalCount} products{totalCount}}", {"c": "1"})
    (entry,) = api.sandbox.requests
    assert (entry.method, entry.path, entry.status, entry.kind) == ("POST", "/graphql", 200, "query")
    assert entry.operations == ["customers", "products"]
    assert (entry.root_fields[0].alias, entry.variables) == ("a", {"c": "1"})
    assert "first: 3" in entry.root_fields[0].arguments
    assert entry.organization == api.company.id
    assert (entry.headers["authorization"], entry.headers["x-api-key"]) == ("present", "present")
    assert api.token not in repr(entry)


def test_admin_requests(api: Any) -> None:
    api.post(COUNT)
    (entry,) = admin(api.sandbox, "GET", "requests").json()
    assert (entry["rootFields"][0]["name"], entry["status"]) == ("customers", 200)
    assert admin(api.sandbox, "DELETE", "requests").json() == {"forgotten": 1}
    assert api.sandbox.requests == []


def test_admin_switches(sandbox: Any) -> None:
    changed = admin(sandbox, "PATCH", "switches", {"cursors": "keyset", "max_field_cost": 5}).json()
    assert (changed["cursors"], changed["max_field_cost"]) == ("keyset", 5)
    for wrong in (
        {"cursors": "none"},
        {"unknown": 1},
        {"max_field_cost": "x"},
        {"introspection": "maybe", "sdl": True},
    ):
        assert admin(sandbox, "PATCH", "switches", wrong).status_code == 400
    assert admin(sandbox, "GET", "switches").json() == changed
    assert sandbox.switches.sdl is False


def test_admin_touch_honours_the_switch_for_parents(api: Any) -> None:
    sandbox, company = api.sandbox, api.company.id
    row = next(row for row in api.rows("SalesInvoice") if row["lines"])
    where = f"company_id={company}&type=SalesInvoice"

    def dates() -> dict[str, str]:
        return {row["id"]: row["modificationDate"] for row in admin(sandbox, "GET", f"records?{where}").json()}

    before = dates()
    wanted = {"company_id": company, "type": "SalesInvoice", "ids": [row["id"]], "child": "lines"}
    sandbox.switches.parent_dates_move = False
    assert admin(sandbox, "POST", "touch", wanted).status_code == 200
    assert dates() == before
    sandbox.switches.parent_dates_move = True
    admin(sandbox, "POST", "touch", wanted)
    assert {name for name, date in dates().items() if date != before[name]} == {row["id"]}
    first = api.rows("SalesInvoice")[0]["id"]
    plain = {"company_id": company, "type": "SalesInvoice", "count": 1, "changes": {"remarks": "seen"}}
    assert [touched["id"] for touched in admin(sandbox, "POST", "touch", plain).json()] == [first]
    found = api.data(f'{{salesInvoices(where:{{id:{{eq:"{first}"}}}}){{nodes{{remarks}}}}}}')
    assert found["nodes"] == [{"remarks": "seen"}]


def test_admin_insert_and_delete(api: Any) -> None:
    sandbox, company = api.sandbox, api.company.id
    row = {"code": "NEW", "salesUnitPrice": 1.25, "registrationDate": "2024-01-31T00:00:00+00:00"}
    insert = {"company_id": company, "type": "Product", "row": row}
    (inserted,) = admin(sandbox, "POST", "insert", insert).json()
    query = f'{{products(where:{{id:{{eq:"{inserted["id"]}"}}}}){{nodes{{code registrationDate salesUnitPrice}}}}}}'
    node = api.data(query)["nodes"][0]
    assert (node["code"], node["registrationDate"]) == ("NEW", "2024-01-31T00:00:00.000Z")
    gone = {"company_id": company, "type": "Product", "ids": [inserted["id"]]}
    assert admin(sandbox, "POST", "delete", gone).json() == {"deleted": 1}
    assert api.data(query)["nodes"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("GET", "records", None, 400),
        ("GET", "records?company_id=x&type=Customer", None, 400),
        ("POST", "touch", {"type": "Customer"}, 400),
        ("POST", "faults", {"action": "unknown"}, 400),
        ("POST", "faults", {"action": "status", "unknown": 1}, 400),
        ("POST", "faults", {"action": "run_before"}, 400),
        ("PATCH", "drift", {"unknown": 1}, 400),
        ("PATCH", "drift", {"dropped_fields": ["Customer.nothing"]}, 400),
        ("PATCH", "drift", {"added_fields": {"Nobody.field": "String"}}, 400),
    ],
)
def test_admin_refusals(sandbox: Any, method: str, path: str, body: Any, status: int) -> None:
    response = admin(sandbox, method, path, body)
    assert response.status_code == status
    assert response.json()["error"]


def test_admin_companies_configuration_drift_and_tokens(api: Any) -> None:
    sandbox = api.sandbox
    companies = {company["id"]: company for company in admin(sandbox, "GET", "companies").json()}
    assert companies[api.company.id]["rows"]["Customer"] == len(api.rows("Customer"))
    assert admin(sandbox, "GET", "configuration").json() == sandbox.configurations()
    assert len(sandbox.configurations()) == 6
    drift = admin(sandbox, "PATCH", "drift", {"dropped_fields": ["Customer.tradeName"]}).json()
    assert drift["dropped_fields"] == ["Customer.tradeName"]
    assert api.post("{customers{nodes{tradeName}}}").status_code == 400
    assert admin(sandbox, "DELETE", "drift").json()["dropped_fields"] == []
    assert api.post("{customers{nodes{tradeName}}}").status_code == 200
    admin(sandbox, "DELETE", "tokens")
    assert api.post(COUNT).status_code == 401


def test_configurations_name_an_address_and_keys(sandbox: Any) -> None:
    assert sandbox.configuration("direct", "es") == {
        "credentials": {
            "auth_type": "token",
            "target_system": "sage-active-es",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret",
            "refresh_token": "sandbox-refresh-token-es",
            "subscription_key": "sandbox-key-es",
        },
        "sandbox_url": sandbox.url,
    }
    with pytest.raises(KeyError):
        sandbox.configuration("direct", "pt")


def test_stop_ends_open_connections_and_frees_the_port() -> None:
    sandbox = Sandbox(rows=0).start()
    port = int(sandbox.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as open_connection:
        open_connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert open_connection.recv(65536).startswith(b"HTTP/1.1 200")
        sandbox.stop()
        assert open_connection.recv(1) == b""
    with Sandbox(rows=0, port=port) as again:
        assert again.url == sandbox.url


def test_the_command_serves_until_it_is_terminated(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sage_active_sandbox.run", "--port", "0", "--rows", "1", "--companies", "1"]
    command += ["--switch", "introspection=true", "--write-config", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("listening on http://127.0.0.1:")
        url = first.split()[-1]
        notice = process.stdout.readline()
        assert "not Sage's" in notice
        assert requests.get(f"{url}/admin/switches", timeout=10).json()["introspection"] is True
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=10) == 0
    announcement = json.loads(rest)
    assert announcement["direct-de"]["sandbox_url"] == url
    assert json.loads((tmp_path / "maesn-fr.json").read_text()) == announcement["maesn-fr"]


def test_the_command_refuses_unknown_switches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--switch", "nonsense=1"]) == 2
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("introspection=true", "introspection", True),
        ("max_field_cost=400000", "max_field_cost", 400000),
        ("clock_offset_seconds=-1.5", "clock_offset_seconds", -1.5),
        ("cursors=keyset", "cursors", "keyset"),
    ],
)
def test_switches_are_read_from_text(setting: str, name: str, value: Any) -> None:
    assert getattr(Switches.parse([setting]), name) == value


@pytest.mark.parametrize("setting", ["introspection", "introspection=perhaps", "cursors=other", "max_field_cost=many"])
def test_switches_that_do_not_fit(setting: str) -> None:
    with pytest.raises(ValueError, match=setting.partition("=")[0]):
        Switches.parse([setting])


def test_gzip_round_trip_is_exact(api: Any) -> None:
    raw = api.session.post(
        f"{api.sandbox.url}/graphql",
        json={"query": BIG},
        headers={**api.headers(), "Accept-Encoding": "gzip"},
        stream=True,
        timeout=10,
    ).raw.read(decode_content=False)
    assert json.loads(gzip.decompress(raw)) == api.post(BIG, Accept_Encoding="identity").json()


def test_it_is_idle_when_what_was_asked_for_is_answered() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def held_up() -> None:
        begun.set()
        go_on.wait(10.0)

    with Sandbox(rows=1) as sandbox:
        sandbox.faults.add("run_before", run=held_up)
        host, port = sandbox.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"POST /connect/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
            assert begun.wait(5.0)
        # The program is gone; what it asked for is still under way.
        assert not sandbox.wait_until_idle(0.2)
        go_on.set()
        assert sandbox.wait_until_idle(5.0)
