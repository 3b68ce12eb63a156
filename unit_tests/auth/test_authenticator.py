"""Access tokens: one renewal for all threads and processes, and no rotated token is lost."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pendulum
import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets

from sage_active.auth.authenticator import OAuth2Authenticator
from sage_active.auth.token_store import TokenFile, Tokens
from sage_active.credentials import TokenCredentials
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import Api, Kind
from sage_active.http.request import Request
from sage_active.http.retry_policy import RetryPolicy
from sage_active.http.transport import Transport, budget_of
from unit_tests.loopback import Loopback, ReceivedRequest, Reply, json_reply

QUICK = RetryPolicy(connect=1, read=5, answer=5, tries=5, first_pause=0.01, longest_pause=0.05)
REQUEST = Request("POST", "https://127.0.0.1/graphql")


def credentials(**how: Any) -> TokenCredentials:
    """Credentials whose access token must be obtained first."""
    usual = {
        "target_system": "sage-active-de",
        "client_id": "client",
        "client_secret": "client-secret",
        "subscription_key": "key",
        "refresh_token": "refresh-0",
    }
    return TokenCredentials(**{**usual, **how})


def in_minutes(minutes: float) -> str:
    """A moment from now."""
    return pendulum.now("UTC").add(seconds=minutes * 60).to_iso8601_string()


def _kept(tokens: Tokens) -> None:
    assert tokens.access_token


@contextmanager
def signing_in(
    url: str,
    *,
    publish: Callable[[Tokens], None] = _kept,
    token_path: Path | None = None,
    retry_policy: RetryPolicy = QUICK,
    **how: Any,
) -> Iterator[OAuth2Authenticator]:
    """A grant against a token endpoint."""
    transport = Transport(
        Errors(Api.SIGN_IN, "sage-active-de"),
        user_agent="unit/1",
        budget=budget_of(10000),
        connections=16,
        retry_policy=retry_policy,
    )
    try:
        yield OAuth2Authenticator(
            credentials(**how),
            token_url=f"{url}/connect/token",
            transport=transport,
            token_path=str(token_path) if token_path else None,
            publish=publish,
        )
    finally:
        transport.close()


class Rotating:
    """A sign-in server that replaces the refresh token at every renewal and refuses used ones."""

    def __init__(self) -> None:
        self.valid = "refresh-0"
        self.number = 0
        self.used: list[str] = []
        self._lock = threading.Lock()

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self._lock:
            offered = request.form["refresh_token"]
            self.used.append(offered)
            if offered != self.valid:
                return json_reply({"error": "invalid_grant"}, 400)
            self.number += 1
            self.valid = f"refresh-{self.number}"
            return json_reply(
                {"access_token": f"access-{self.number}", "refresh_token": self.valid, "expires_in": 28800}
            )


# --- one renewal ---


def test_one_renewal_for_sixteen_threads(loopback: Loopback) -> None:
    loopback.script(Rotating())
    start = threading.Barrier(16)
    with signing_in(loopback.url) as grant:

        def ask(_: int) -> str:
            start.wait(5)
            return grant.authorization()

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(ask, range(16))) == {"Bearer access-1"}
    assert len(loopback.requests) == 1


def test_sixteen_refusals_of_one_token_renew_it_once(loopback: Loopback) -> None:
    loopback.script(Rotating())
    with signing_in(loopback.url) as grant:
        refused = grant.authorization()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(grant.renew, [refused] * 16, [REQUEST] * 16))
        assert grant.authorization() == "Bearer access-2"
    assert [request.form["refresh_token"] for request in loopback.requests] == ["refresh-0", "refresh-1"]


def test_a_valid_access_token_is_not_renewed(loopback: Loopback) -> None:
    with signing_in(loopback.url, access_token="stored", token_expiry_date=in_minutes(5)) as grant:
        assert not grant.needs_renewal()
        assert grant.authorization() == "Bearer stored"
    with signing_in(loopback.url, access_token="stored") as grant:
        assert grant.authorization() == "Bearer stored"
    assert loopback.requests == []


@pytest.mark.parametrize("minutes", [-5, 0.5])
def test_an_access_token_that_ends_soon_is_renewed(loopback: Loopback, minutes: float) -> None:
    ends = in_minutes(minutes)
    loopback.script(Rotating())
    with signing_in(loopback.url, access_token="stored", token_expiry_date=ends) as grant:
        assert grant.needs_renewal()
        assert grant.authorization() == "Bearer access-1"


@pytest.mark.parametrize("ends", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "12:00", "P1D"])
def test_an_access_token_whose_end_was_never_set_is_renewed(loopback: Loopback, ends: str) -> None:
    loopback.script(Rotating())
    with signing_in(loopback.url, access_token="stored", token_expiry_date=ends) as grant:
        assert grant.authorization() == "Bearer access-1"


# --- what is sent ---


def test_what_a_renewal_sends(loopback: Loopback) -> None:
    loopback.script(Rotating())
    with signing_in(loopback.url) as grant:
        grant.authorization()
    (request,) = loopback.requests
    assert (request.method, request.path) == ("POST", "/connect/token")
    assert request.form == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-0",
        "client_id": "client",
        "client_secret": "client-secret",
    }


def test_an_app_without_a_secret_sends_none(loopback: Loopback) -> None:
    loopback.script(Rotating())
    with signing_in(loopback.url, client_secret=None) as grant:
        grant.authorization()
    assert "client_secret" not in loopback.requests[0].form


# --- rotation ---


def test_rotated_tokens_are_used_next_and_published(loopback: Loopback) -> None:
    loopback.script(Rotating())
    published: list[Tokens] = []
    with signing_in(loopback.url, publish=published.append) as grant:
        grant.renew(grant.authorization(), REQUEST)
    assert [(tokens.refresh_token, tokens.access_token) for tokens in published] == [
        ("refresh-1", "access-1"),
        ("refresh-2", "access-2"),
    ]
    ends = pendulum.parse(published[0].expires_at or "")
    assert isinstance(ends, pendulum.DateTime)
    assert 28700 < (ends - pendulum.now("UTC")).total_seconds() < 28801


def test_the_old_token_stays_where_none_is_returned(loopback: Loopback) -> None:
    loopback.script(json_reply({"access_token": "a1"}), json_reply({"access_token": "a2", "refresh_token": None}))
    published: list[Tokens] = []
    with signing_in(loopback.url, publish=published.append) as grant:
        grant.renew(grant.authorization(), REQUEST)
    assert [request.form["refresh_token"] for request in loopback.requests] == ["refresh-0", "refresh-0"]
    assert [tokens.refresh_token for tokens in published] == ["refresh-0", "refresh-0"]


def test_tokens_are_stored_and_published_before_they_are_used(loopback: Loopback, tmp_path: Path) -> None:
    loopback.script(Rotating())
    path = tmp_path / "tokens.json"
    events: list[str] = []

    def publish(tokens: Tokens) -> None:
        assert TokenFile(str(path)).read("refresh-0") == tokens
        events.append(f"published {tokens.access_token}")

    with signing_in(loopback.url, publish=publish, token_path=path) as grant:
        events.append(grant.authorization())
    assert events == ["published access-1", "Bearer access-1"]


def test_no_thread_uses_a_token_that_is_not_published_yet(loopback: Loopback) -> None:
    loopback.script(Rotating())
    publishing, go_on = threading.Event(), threading.Event()
    published: list[str | None] = []
    used: list[str] = []

    def publish(tokens: Tokens) -> None:
        publishing.set()
        go_on.wait(5)
        published.append(tokens.access_token)

    def use(grant: OAuth2Authenticator) -> None:
        used.append(grant.authorization())
        assert published == ["access-1"]

    with signing_in(loopback.url, publish=publish) as grant:
        threads = [threading.Thread(target=use, args=[grant]) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert publishing.wait(5)
        assert used == []
        go_on.set()
        for thread in threads:
            thread.join(5)
    assert used == ["Bearer access-1"] * 3


def test_new_tokens_are_masked(loopback: Loopback) -> None:
    loopback.script(Rotating())
    with signing_in(loopback.url) as grant:
        grant.authorization()
    assert filter_secrets("refresh-1 access-1") == "**** ****"


# --- what goes wrong ---


def test_a_dead_refresh_token_is_tried_once(loopback: Loopback) -> None:
    loopback.script(json_reply({"error": "invalid_grant", "error_description": "gone"}, 400))
    with signing_in(loopback.url) as grant:
        for _ in range(3):
            with pytest.raises(SageActiveError, match="refresh token is expired") as raised:
                grant.authorization()
            assert raised.value.fault.name == "refresh-token-dead"
            assert raised.value.fault.kind is Kind.CONFIGURATION
    assert len(loopback.requests) == 1


def test_a_dead_refresh_token_is_tried_once_by_sixteen_threads(loopback: Loopback) -> None:
    loopback.script(json_reply({"error": "invalid_grant"}, 400))
    failures: list[str] = []
    with signing_in(loopback.url) as grant:

        def ask(_: int) -> None:
            try:
                grant.authorization()
            except SageActiveError as error:
                failures.append(error.fault.name)

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(16)))
    assert failures == ["refresh-token-dead"] * 16
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, {"error": "invalid_client"}, "client-refused"),
        (401, {"error": "invalid_client"}, "client-refused"),
        (400, {"error": "unauthorized_client"}, "client-refused"),
        (400, {"error": "invalid_request"}, "sign-in-refused"),
        (403, {}, "never-signed-in"),
        (403, {"message": "x"}, "never-signed-in"),
    ],
)
def test_refusals_have_words_of_their_own(loopback: Loopback, status: int, body: Any, fault: str) -> None:
    loopback.script(json_reply(body, status))
    with signing_in(loopback.url) as grant, pytest.raises(SageActiveError) as raised:
        grant.authorization()
    assert raised.value.fault.name == fault
    assert "refresh-0" not in str(raised.value)
    assert "client-secret" not in str(raised.value)


@pytest.mark.parametrize(
    "broken",
    [
        Reply(500, b"oops"),
        Reply(503),
        Reply(reset=True),
        Reply(200, b"<html>"),
        Reply(429),
        Reply(500, b'{"error":"\xff"}'),
    ],
    ids=["500", "503", "reset", "html", "429", "500-not-utf-8"],
)
def test_a_server_error_then_success(loopback: Loopback, broken: Reply) -> None:
    loopback.script(broken, Rotating())
    with signing_in(loopback.url) as grant:
        assert grant.authorization() == "Bearer access-1"
    assert len(loopback.requests) == 2


def test_an_outage_is_not_latched(loopback: Loopback) -> None:
    loopback.script(Reply(503))
    with signing_in(loopback.url, retry_policy=RetryPolicy(tries=0.1, first_pause=0.0, longest_pause=0.0)) as grant:
        with pytest.raises(SageActiveError) as raised:
            grant.authorization()
        assert raised.value.fault.kind is Kind.TRANSIENT
        loopback.script(Rotating())
        assert grant.authorization() == "Bearer access-1"


@pytest.mark.parametrize("expires_in", ["28800", 28800.0, None], ids=["text", "float", "null"])
def test_a_lifetime_in_another_notation_does_not_lose_the_tokens(loopback: Loopback, expires_in: Any) -> None:
    rotated = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": expires_in}
    loopback.script(json_reply(rotated), json_reply({"error": "invalid_grant"}, 400))
    with signing_in(loopback.url) as grant:
        assert grant.authorization() == "Bearer access-1"


# --- the file ---


def test_the_file_goes_on_where_the_configuration_is_out_of_date(loopback: Loopback, tmp_path: Path) -> None:
    server = Rotating()
    loopback.script(server)
    path = tmp_path / "tokens.json"
    for number in range(1, 4):
        with signing_in(loopback.url, token_path=path) as grant:
            assert grant.survives_renewal
            used = grant.authorization()
            grant.renew(used, REQUEST)
        assert used == ("Bearer access-1" if number == 1 else f"Bearer access-{number}")
    assert server.used == ["refresh-0", "refresh-1", "refresh-2", "refresh-3"]


def test_a_new_sign_in_is_used_instead_of_the_file(loopback: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    TokenFile(str(path)).write("an older sign-in", Tokens("stale", "stale-access", in_minutes(60)))
    loopback.script(Rotating())
    with signing_in(loopback.url, token_path=path) as grant:
        assert grant.authorization() == "Bearer access-1"
    assert TokenFile(str(path)).read("refresh-0") is not None


def test_tokens_of_another_process_are_used_without_a_renewal(loopback: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    with signing_in(loopback.url, token_path=path) as grant:
        TokenFile(str(path)).write("refresh-0", Tokens("refresh-7", "access-7", in_minutes(60)))
        assert grant.authorization() == "Bearer access-7"
    assert loopback.requests == []


@pytest.mark.parametrize("ends", ["soon", "", "2026-13-01", "0001-01-01T00:00:00Z"])
def test_a_token_of_the_file_whose_end_cannot_be_read_is_renewed(loopback: Loopback, tmp_path: Path, ends: str) -> None:
    path = tmp_path / "tokens.json"
    TokenFile(str(path)).write("configured", Tokens("refresh-0", "access-0", ends))
    loopback.script(Rotating())
    with signing_in(loopback.url, token_path=path, refresh_token="configured") as grant:
        assert grant.authorization() == "Bearer access-1"


def test_a_refused_token_of_the_file_is_renewed(loopback: Loopback, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    TokenFile(str(path)).write("configured", Tokens("refresh-0", "refused", in_minutes(60)))
    loopback.script(Rotating())
    with signing_in(loopback.url, token_path=path, refresh_token="configured") as grant:
        assert grant.authorization() == "Bearer refused"
        grant.renew("Bearer refused", REQUEST)
        assert grant.authorization() == "Bearer access-1"


def _rotate(url: str, path: str, times: int) -> None:
    with signing_in(url, token_path=Path(path)) as grant:
        for _ in range(times):
            grant.renew(grant.authorization(), REQUEST)


def test_two_processes_never_use_a_refresh_token_twice(loopback: Loopback, tmp_path: Path) -> None:
    server = Rotating()
    loopback.script(server)
    path = tmp_path / "tokens.json"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_rotate, args=(loopback.url, str(path), 6)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(20)
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(set(server.used)) == len(server.used)
    assert server.used == [f"refresh-{number}" for number in range(len(server.used))]
    stored = TokenFile(str(path)).read("refresh-0")
    assert stored is not None
    assert stored.refresh_token == server.valid


def test_an_unusable_token_file_is_found_before_the_grant_is_used(loopback: Loopback, tmp_path: Path) -> None:
    loopback.script(Rotating())
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "tokens.json").mkdir()
    with (
        pytest.raises(SageActiveError, match="token file"),
        signing_in(loopback.url, token_path=folder / "tokens.json") as grant,
    ):
        grant.authorization()
    assert not loopback.requests


def test_a_dead_grant_leaves_the_tokens_of_another_one_alone(loopback: Loopback, tmp_path: Path) -> None:
    server = Rotating()
    loopback.script(server)
    path = tmp_path / "tokens.json"
    with signing_in(loopback.url, token_path=path) as grant:
        grant.authorization()
    before = path.read_bytes()
    with (
        signing_in(loopback.url, token_path=path, refresh_token="long dead") as dead,
        pytest.raises(SageActiveError, match="refresh token is expired"),
    ):
        dead.authorization()
    assert path.read_bytes() == before
    with signing_in(loopback.url, token_path=path) as grant:
        grant.renew(grant.authorization(), REQUEST)
        assert grant.authorization() == "Bearer access-2"


def test_two_living_grants_share_a_file(loopback: Loopback, tmp_path: Path) -> None:
    servers = {"mine": Rotating(), "yours": Rotating()}
    for name, server in servers.items():
        server.valid = name
    path = tmp_path / "tokens.json"
    for number in range(1, 4):
        for name, server in servers.items():
            loopback.script(server)
            with signing_in(loopback.url, token_path=path, refresh_token=name) as grant:
                grant.renew(grant.authorization(), REQUEST)
            assert server.number == number + 1
