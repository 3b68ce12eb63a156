"""Faults of writes: what is stored although the client does not learn of it, and what is not."""

import threading
import time
from typing import Any

import pytest
import requests

from sage_active_sandbox.faults import Fault
from sage_active_sandbox.request_log import ReceivedRequest
from unit_tests.sandbox.conftest import Api
from unit_tests.sandbox.test_mutations import batch, codes


def stored(api: Api, prefix: str) -> list[str]:
    return sorted(code for code in codes(api) if code.startswith(prefix))


def appears(api: Api, code: str, within: float) -> bool:
    """Is the product stored before the time is over."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if code in codes(api):
            return True
        threading.Event().wait(0.01)
    return False


def test_a_lost_answer_leaves_what_was_stored(api: Api) -> None:
    api.sandbox.faults.add("answer_lost", writes=True)
    with pytest.raises(requests.ConnectionError):
        api.post(batch("LOST-1", "LOST-2"))
    assert stored(api, "LOST") == ["LOST-1", "LOST-2"]
    assert api.data("{products(first:1){totalCount}}")["totalCount"] > 0


def test_an_answer_lost_after_some_of_the_mutations(api: Api) -> None:
    api.sandbox.faults.add("answer_lost", writes=True, commits=1)
    with pytest.raises(requests.ConnectionError):
        api.post(batch("HALF-1", "HALF-2", "HALF-3"))
    assert stored(api, "HALF") == ["HALF-1"]


def test_a_late_commit_comes_after_the_reset(api: Api) -> None:
    api.sandbox.faults.add("late_commit", writes=True, seconds=1)
    with pytest.raises(requests.ConnectionError):
        api.post(batch("LATE-1"))
    assert stored(api, "LATE") == []
    assert appears(api, "LATE-1", within=5)


def test_a_status_after_the_commit(api: Api) -> None:
    api.sandbox.faults.add("status_after", writes=True, status=500, body={"statusCode": 500, "message": "x"})
    response = api.post(batch("AFTER-1"))
    assert (response.status_code, response.json()["statusCode"]) == (500, 500)
    assert stored(api, "AFTER") == ["AFTER-1"]


@pytest.mark.parametrize("commits", [0, 2, None])
def test_a_whole_null_reply_after_partial_commits(api: Api, commits: int | None) -> None:
    prefix = f"WHOLE{commits}"
    api.sandbox.faults.add("whole_null", writes=True, commits=commits)
    response = api.post(batch(*(f"{prefix}-{n}" for n in range(3))))
    assert response.status_code == 500
    assert response.json() == {"errors": [{"message": "Unexpected Execution Error"}], "data": None}
    assert len(stored(api, prefix)) == (3 if commits is None else commits)


def test_a_timeout_of_the_client_after_the_commit(api: Api) -> None:
    api.sandbox.faults.add("stall_after", writes=True, seconds=1)
    body = {"query": batch("STALL-1")}
    with pytest.raises(requests.Timeout):
        requests.post(f"{api.sandbox.url}/graphql", json=body, headers=api.headers(), timeout=0.3)
    assert stored(api, "STALL") == ["STALL-1"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"action": "expire_tokens"}, 401),
        ({"action": "status", "status": 429, "headers": {"Retry-After": "1"}}, 429),
        ({"action": "status", "status": 500}, 500),
    ],
)
def test_the_second_write_is_stopped_before_it_runs(api: Api, fault: dict[str, Any], status: int) -> None:
    requests.post(f"{api.sandbox.url}/admin/faults", json={**fault, "writes": True, "page": 2}, timeout=5)
    prefix = f"MID{status}{fault['action'][0]}"
    found: list[int] = []
    for n in range(3):
        if found[-1:] == [401]:
            api.token = api.sandbox.sign_in.issue_access_token()
        found.append(api.post(batch(f"{prefix}-{n}")).status_code)
        api.post("{products(first:1){nodes{id}}}")
    assert found == [200, status, 200]
    assert stored(api, prefix) == [f"{prefix}-0", f"{prefix}-2"]


def test_faults_of_one_mutation_by_name(api: Api) -> None:
    api.sandbox.faults.add("status", operation="createCustomer", status=500)
    assert api.post(batch("NAMED-1")).status_code == 200
    assert api.post('mutation{createCustomer(input:{socialName:"x",addresses:[]}){id}}').status_code == 500


def test_faults_of_maesns_writes(api: Api) -> None:
    api.sandbox.faults.add("answer_lost", writes=True, path="/accounting/items")
    pair = {"companyId": api.company.id, "environmentName": api.company.environment_id}
    keys = {"X-API-KEY": "sandbox-api-key", "X-ACCOUNT-KEY": "sandbox-account-key-de"}
    url = f"{api.sandbox.url}/accounting/items"
    assert requests.get(url, params=pair, headers=keys, timeout=5).status_code == 200
    item = {"name": "x", "itemNumber": "MAESN-1"}
    with pytest.raises(requests.ConnectionError):
        requests.post(url, params=pair, headers=keys, json=item, timeout=5)
    assert stored(api, "MAESN") == ["MAESN-1"]
    assert requests.post(url, params=pair, headers=keys, json=item, timeout=5).status_code == 400
    counts = api.sandbox.mutations.as_dict()
    assert counts["received"] == {"POST items": 2}
    assert (counts["committed"], counts["refused"]) == ({"POST items": 1}, {"POST items": 1})


def test_chance_is_seeded(api: Api) -> None:
    def struck(seed: int) -> list[bool]:
        fault = Fault("status", probability=0.5, seed=seed, times=-1)
        request = ReceivedRequest("POST", "/graphql", {}, {}, api.sandbox.store.clock.now())
        return [fault.strikes(request) for _ in range(40)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 5 < sum(struck(1)) < 35
