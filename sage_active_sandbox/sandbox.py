"""The sandbox as an object: starts, stops, and gives access to its data, switches, faults and request log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from sage_active_sandbox.admin import Admin
from sage_active_sandbox.application import Application
from sage_active_sandbox.data.generate import add_company, populate
from sage_active_sandbox.faults import FaultScript
from sage_active_sandbox.gateway import Gateway, RateLimit
from sage_active_sandbox.graphql_api.drift import Drift
from sage_active_sandbox.graphql_api.engine import GraphQLEngine
from sage_active_sandbox.graphql_api.file_links import FileLinks
from sage_active_sandbox.maesn.view import MaesnView
from sage_active_sandbox.mutation_counts import MutationCounts
from sage_active_sandbox.oauth import CLIENT_ID, CLIENT_SECRET, SignInServer
from sage_active_sandbox.request_log import ReceivedRequest
from sage_active_sandbox.rights import Rights
from sage_active_sandbox.server import Server
from sage_active_sandbox.store import Clock, Company, Store
from sage_active_sandbox.switches import Switches

MARKETS = ("de", "es", "fr")
CONNECTIONS = ("direct", "maesn")
API_KEY = "sandbox-api-key"


class Sandbox:
    """A stand-in for Sage Active's API, its sign-in server and Maesn's API on one loopback port, with invented data.

    ``rows`` is the number of customers per company, ``empty_companies`` the number of further companies per market that
    have reference data only, ``port`` 0 takes a free port, and ``requests_per_minute`` is the
    limit above which the gateway answers 429. Use it as a context manager, or call `start` and `stop`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 1,
        rows: int = 60,
        companies_per_market: int = 3,
        empty_companies: int = 0,
        switches: Switches | None = None,
        requests_per_minute: int = 3000,
    ) -> None:
        self.switches = switches or Switches()
        self.store = Store(seed=seed, clock=_SwitchedClock(self.switches))
        populate(self.store, rows=rows, seed=seed, companies_per_market=companies_per_market)
        for market in MARKETS * empty_companies:
            add_company(self.store, market)
        self.drift = Drift()
        self.faults = FaultScript()
        self.requests: list[ReceivedRequest] = []
        self.sign_in = SignInServer(self.store.clock, self.switches)
        self.rate_limit = RateLimit(requests_per_minute)
        self.rights = Rights()
        self.mutations = MutationCounts()
        links = FileLinks(self.store)
        engine = GraphQLEngine(self.store, self.switches, self.drift, self.rights, self.mutations, links)
        engine.served()
        admin = Admin(
            store=self.store,
            switches=self.switches,
            faults=self.faults,
            drift=self.drift,
            requests=self.requests,
            configurations=self.configurations,
            change_switches=self.change_switches,
            reset_tokens=self.reset_tokens,
            rights=self.rights,
            counts=self.mutations,
        )
        keys = {f"sandbox-account-key-{market}": market.upper() for market in MARKETS}
        application = Application(
            clock=self.store.clock,
            gateway=Gateway(self.store, self.switches, engine, self.sign_in, self.rate_limit, links),
            sign_in=self.sign_in,
            maesn=MaesnView(self.store, self.switches, api_key=API_KEY, account_keys=keys),
            admin=admin.answer,
            faults=self.faults,
            requests=self.requests,
            counts=self.mutations,
        )
        self._server = Server(application, port)
        self.url = self._server.url

    def start(self) -> Self:
        """Begin to serve; returns the sandbox."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and end open connections."""
        self._server.stop()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until nobody is connected; False if somebody is after so long."""
        return self._server.wait_until_idle(seconds)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def change_switches(self, settings: Mapping[str, Any]) -> None:
        """Set switches by name; ValueError for an unknown name or value, then nothing is changed."""
        trial = Switches(**self.switches.as_dict())
        for name, value in settings.items():
            trial.set(name, value)
        for name in settings:
            setattr(self.switches, name, getattr(trial, name))

    def add_company(self, market: str, name: str | None = None, *, open_years: bool = False) -> Company:
        """Add a company of the market ("de", "es" or "fr") with reference data and nothing else.

        ``open_years``: none of its exercises is closed, as in a company that begins its books.
        """
        return add_company(self.store, market, name, open_years=open_years)

    def reset_tokens(self) -> None:
        """Forget all tokens; the preset refresh tokens work again."""
        self.sign_in.reset()

    def configuration(self, connection: str, market: str) -> dict[str, Any]:
        """A ready-made connector configuration for "direct" or "maesn" and "de", "es" or "fr"; KeyError otherwise."""
        if market not in MARKETS:
            raise KeyError(market)
        credentials = {"direct": _direct, "maesn": _maesn}[connection](market)
        return {"credentials": credentials, "sandbox_url": self.url}

    def configurations(self) -> dict[str, Any]:
        """All six configurations by name, for example "direct-de"."""
        return {f"{kind}-{market}": self.configuration(kind, market) for kind in CONNECTIONS for market in MARKETS}


class _SwitchedClock(Clock):
    """The clock with the offset of the switch clock_offset_seconds."""

    def __init__(self, switches: Switches) -> None:
        super().__init__()
        self._switches = switches

    def now(self) -> datetime:
        """The moment as the server sees it."""
        self.offset_seconds = self._switches.clock_offset_seconds
        return super().now()


def _direct(market: str) -> dict[str, str]:
    return {
        "auth_type": "token",
        "target_system": f"sage-active-{market}",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": f"sandbox-refresh-token-{market}",
        "subscription_key": f"sandbox-key-{market}",
    }


def _maesn(market: str) -> dict[str, str]:
    return {
        "auth_type": "maesn",
        "target_system": f"sage-active-{market}",
        "api_key": API_KEY,
        "account_key": f"sandbox-account-key-{market}",
    }
