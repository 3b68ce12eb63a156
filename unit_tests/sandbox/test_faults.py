"""Scripted faults as a client sees them."""

import gzip
import json
import time
import zlib
from typing import Any

import pytest
import requests

COUNT = "{customers{totalCount}}"
PAGE = "{customers(first:5%s,order:[{id:ASC}]){totalCount nodes{id} edges{cursor} pageInfo{hasNextPage endCursor}}}"
BIG = "{customers(first:500){nodes{id socialName addresses{id city}}}}"


def test_status_with_body_and_headers(api: Any) -> None:
    api.sandbox.faults.add("status", status=503, body="down", headers={"Retry-After": "7"}, content_type="text/plain")
    response = api.post(COUNT)
    assert (response.status_code, response.text, response.headers["Retry-After"]) == (503, "down", "7")
    assert response.headers["Content-Type"] == "text/plain"
    assert api.post(COUNT).status_code == 200
    api.sandbox.faults.add("status", status=400, body={"errors": [{"message": "x"}]})
    assert api.post(COUNT).json() == {"errors": [{"message": "x"}]}


@pytest.mark.parametrize(
    ("conditions", "statuses"),
    [
        ({}, [503, 200, 200]),
        ({"times": 2}, [503, 503, 200]),
        ({"times": -1}, [503, 503, 503]),
        ({"skip": 1}, [200, 503, 200]),
        ({"page": 3}, [200, 200, 503]),
        ({"operation": "customers", "path": "/graphql", "method": "post"}, [503, 200, 200]),
        ({"contains": "totalCount", "times": -1}, [503, 503, 503]),
        ({"operation": "products", "times": -1}, [200, 200, 200]),
        ({"path": "/connect", "times": -1}, [200, 200, 200]),
        ({"company_id": "other", "times": -1}, [200, 200, 200]),
    ],
)
def test_conditions_and_counts(api: Any, conditions: dict[str, Any], statuses: list[int]) -> None:
    api.sandbox.faults.add("status", **conditions)
    assert [api.post(COUNT).status_code for _ in statuses] == statuses


def test_faults_of_one_company(api: Any) -> None:
    others = [c for c in api.sandbox.store.companies.values() if c.market == "DE" and c.usable and c is not api.company]
    api.sandbox.faults.add("status", company_id=others[0].id, times=-1)
    assert api.post(COUNT).status_code == 200
    assert api.post(COUNT, X_OrganizationId=others[0].id).status_code == 503


def test_several_faults_strike_together(api: Any) -> None:
    api.sandbox.faults.add("wrong_count", delta=3)
    api.sandbox.faults.add("empty_page")
    page = api.data(PAGE % "")
    assert (page["nodes"], page["totalCount"]) == ([], len(api.rows("Customer")) + 3)


@pytest.mark.parametrize(("action", "text"), [("empty_200", ""), ("html_200", "<html>")])
def test_answers_that_are_not_json(api: Any, action: str, text: str) -> None:
    api.sandbox.faults.add(action)
    response = api.post(COUNT)
    assert response.status_code == 200
    assert text in response.text
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


def test_graphql_errors_without_and_beside_data(api: Any) -> None:
    business = [{"message": "global.businessErrors.authorizationPolicy"}]
    api.sandbox.faults.add("graphql_errors", errors=business)
    response = api.post("{a:customers{totalCount}}")
    assert (response.status_code, response.json()) == (200, {"errors": business, "data": {"a": None}})
    partial = [{"message": "no", "path": ["customers", "nodes", 1, "code"]}]
    api.sandbox.faults.add("graphql_errors", errors=partial, keep_data=True)
    answer = api.answer("{customers(first:2){nodes{id code}}}")
    assert answer["errors"] == partial
    codes = [node["code"] for node in answer["data"]["customers"]["nodes"]]
    assert (codes[0] is not None, codes[1]) == (True, None)


@pytest.mark.parametrize("action", ["reset_before", "answer_lost", "reset_mid_body"])
def test_resets(api: Any, action: str) -> None:
    api.sandbox.faults.add(action)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.post(BIG)
    assert api.post(BIG).status_code == 200


def test_reset_mid_body_sends_a_part(api: Any) -> None:
    api.sandbox.faults.add("reset_mid_body")
    url = f"{api.sandbox.url}/graphql"
    response = api.session.post(
        url, json={"query": BIG}, headers=api.headers(Accept_Encoding="identity"), stream=True, timeout=10
    )
    assert response.status_code == 200
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        response.json()


def test_a_truncated_answer_is_complete_http(api: Any) -> None:
    api.sandbox.faults.add("truncate_json")
    response = api.post(COUNT, Accept_Encoding="identity")
    assert response.text.startswith('{"data"')
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


def test_a_cut_gzip_stream(api: Any) -> None:
    api.sandbox.faults.add("gzip_cut")
    url = f"{api.sandbox.url}/graphql"
    raw = api.session.post(url, json={"query": BIG}, headers=api.headers(), stream=True, timeout=10).raw
    content = raw.read(decode_content=False)
    assert raw.headers["Content-Encoding"] == "gzip"
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(content)


def test_stall_and_drip_take_their_time(api: Any) -> None:
    api.sandbox.faults.add("stall", seconds=0.3)
    started = time.monotonic()
    assert api.post(COUNT).status_code == 200
    assert time.monotonic() - started >= 0.3
    size = len(api.post(COUNT).content)
    api.sandbox.faults.add("drip", bytes_per_second=size * 4)
    started = time.monotonic()
    assert api.post(COUNT).json()["data"]
    assert time.monotonic() - started >= 0.2


def test_a_stall_longer_than_the_client_waits(api: Any) -> None:
    api.sandbox.faults.add("stall", seconds=30)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{api.sandbox.url}/graphql", json={"query": COUNT}, headers=api.headers(), timeout=0.2)
    assert api.post(COUNT).status_code == 200


def test_null_nodes_and_empty_page(api: Any) -> None:
    api.sandbox.faults.add("null_nodes", operation="customers")
    assert api.data(PAGE % "")["nodes"] is None
    api.sandbox.faults.add("empty_page", operation="customers")
    page = api.data(PAGE % "")
    assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([], True)


def test_a_cursor_that_never_moves(api: Any) -> None:
    api.sandbox.faults.add("cursor_stuck", times=-1)
    first = api.data(PAGE % "")["pageInfo"]
    second = api.data(PAGE % f', after:"{first["endCursor"]}"')["pageInfo"]
    assert second == first == {"hasNextPage": True, "endCursor": first["endCursor"]}


def test_a_refused_cursor(api: Any) -> None:
    api.sandbox.faults.add("cursor_refused", operation="customers")
    response = api.post(PAGE % "")
    assert response.status_code == 200
    answer = response.json()
    assert answer["data"] == {"customers": None}
    assert answer["errors"][0]["extensions"]["code"] == "HC0078"


def test_overlapping_pages(api: Any) -> None:
    first = api.data(PAGE % "")
    api.sandbox.faults.add("overlap", rows=2)
    second = api.data(PAGE % f', after:"{first["pageInfo"]["endCursor"]}"')
    assert [node["id"] for node in second["nodes"][:2]] == [node["id"] for node in first["nodes"][-2:]]
    assert len(second["nodes"]) == 5


def test_expired_tokens(api: Any) -> None:
    api.sandbox.faults.add("expire_tokens", skip=1)
    assert [api.post(COUNT).status_code for _ in range(3)] == [200, 401, 401]


def test_a_lost_refresh_has_been_executed(sandbox: Any) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "sandbox-refresh-token-de",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
    }
    sandbox.faults.add("token_lost")
    url = f"{sandbox.url}/connect/token"
    with pytest.raises(requests.ConnectionError):
        requests.post(url, data=form, timeout=10)
    assert requests.post(url, data=form, timeout=10).json()["error"] == "invalid_grant"
    assert sandbox.requests[0].status is None
    assert sandbox.sign_in.refreshes == 1


def test_code_between_two_pages(api: Any) -> None:
    store, company = api.sandbox.store, api.company.id
    rows = [store.insert(company, "BusinessArea", {"name": f"between {number}"}) for number in range(4)]
    where = 'where:{name:{startsWith:"between"}},order:[{name:ASC}]'
    api.sandbox.faults.add(
        "run_before",
        operation="businessAreas",
        page=2,
        run=lambda: store.delete(company, "BusinessArea", rows[0]["id"]),
    )
    first = api.data(f"{{businessAreas(first:2,{where}){{totalCount pageInfo{{endCursor}}}}}}")
    after = first["pageInfo"]["endCursor"]
    second = api.data(f'{{businessAreas(first:2,after:"{after}",{where}){{totalCount nodes{{id}}}}}}')
    assert (first["totalCount"], second["totalCount"]) == (4, 3)
    assert [node["id"] for node in second["nodes"]] == [rows[3]["id"]]


def test_faults_over_http(api: Any) -> None:
    url = f"{api.sandbox.url}/admin/faults"
    script = {"faults": [{"action": "status", "status": 500}, {"action": "wrong_count", "delta": -1}]}
    assert len(requests.post(url, json=script, timeout=10).json()) == 2
    assert api.post(COUNT).status_code == 500
    assert [fault["seen"] for fault in requests.get(url, timeout=10).json()] == [1, 1]
    requests.post(url, json={"action": "status", "times": -1}, timeout=10)
    assert requests.delete(url, timeout=10).json() == []
    assert api.data(COUNT)["totalCount"] == len(api.rows("Customer"))


def test_graphql_errors_without_errors_are_refused(sandbox: Any) -> None:
    with pytest.raises(ValueError, match="needs `errors`"):
        sandbox.faults.add("graphql_errors")


def test_unknown_actions_are_refused(sandbox: Any) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        sandbox.faults.add("nonsense")
    with pytest.raises(TypeError):
        sandbox.faults.add("status", nonsense=1)


def test_page_faults_of_maesn(sandbox: Any) -> None:
    headers = {"X-API-KEY": "sandbox-api-key", "X-ACCOUNT-KEY": "sandbox-account-key-de"}
    row = requests.get(f"{sandbox.url}/auth/companies", headers=headers, timeout=10).json()["data"][0]
    parameters = {"companyId": row["id"], "environmentName": row["environmentId"], "limit": "5"}

    def page() -> Any:
        url = f"{sandbox.url}/accounting/customers"
        return json.loads(requests.get(url, headers=headers, params=parameters, timeout=10).text)

    total = page()["meta"]["pagination"]["total"]
    sandbox.faults.add("wrong_count", path="/accounting/customers", delta=2)
    assert page()["meta"]["pagination"]["total"] == total + 2
    sandbox.faults.add("null_nodes", path="/accounting")
    assert page()["data"] is None
    sandbox.faults.add("empty_page", company_id=row["id"])
    assert page()["data"] == []
    assert len(page()["data"]) == 5
