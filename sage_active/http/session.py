"""The way to a host: the proxy and the certificates that the environment names for it.

requests looks into the environment for every request; here it is asked once for each host, and what can never work is
found before anything is sent. What requests checks and works out of an address and headers is kept likewise.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import Cookie, DefaultCookiePolicy
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import Request as CookieRequest

import requests
from requests.utils import get_auth_from_url, prepend_scheme_if_needed, select_proxy
from urllib3.util import Url, parse_url

from sage_active.addresses import leads_to_loopback
from sage_active.faults import CERTIFICATES_UNUSABLE, PROXY_UNUSABLE, Fault
from sage_active.file_kinds import require_authorities
from sage_active.http.request import Request
from sage_active.limits import LONGEST_COOKIE, MOST_COOKIES

# In the order in which requests looks for them.
BUNDLE_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
LONGEST_HOST: Final = 253
# Requests with other headers (a company, a signature) that are under way at the same time.
MOST_PREPARED: Final = 32
DEFAULT_PORTS: Final = {"http": 80, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Route:
    """How requests to one host travel.

    `proxy`: host and port, never a user or a password; `bundle`: the file or folder of certificates that `variable`
    names; `problem`: why no request can travel, whatever the server does.
    """

    host: str
    proxy: str | None = None
    bundle: str | None = None
    variable: str | None = None
    problem: tuple[Fault, str] | None = None


class HttpSession(requests.Session):
    """A session that knows its routes. Loopback addresses never go through a proxy."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(_FewCookies())
        self._settings: dict[tuple[str, str], Any] = {}
        self._routes: dict[tuple[str, str], Route] = {}
        self._prepare_cached = lru_cache(MOST_PREPARED)(self._newly_prepared)

    def begin(self, request: Request, headers: Mapping[str, str], timeout: tuple[float, float]) -> requests.Response:
        """Sends a request with these headers; the body of the answer is still to be read. `timeout`: as of requests.

        A redirect is not followed: it would carry the credentials to an address that nobody configured.
        """
        prepared_request = self._prepare_cached(request.method, request.url, tuple(headers.items())).copy()
        if request.params:
            prepared_request.prepare_url(request.url, request.params)
        if request.body:
            prepared_request.prepare_body(request.body, None)
        prepared_request.prepare_cookies(self.cookies)
        settings = self.merge_environment_settings(request.url, {}, True, None, None)
        return self.send(prepared_request, timeout=timeout, allow_redirects=False, **settings)

    def _newly_prepared(self, method: str, url: str, headers: tuple[tuple[str, str], ...]) -> requests.PreparedRequest:
        """A request without parameters, body and cookies."""
        prepared_request = requests.PreparedRequest()
        prepared_request.prepare(method, url, headers={**self.headers, **dict(headers)}, auth=_unchanged)
        return prepared_request

    def merge_environment_settings(self, url: Any, *settings: Any) -> Any:
        """What the environment says for the host of `url`; the settings of single requests do not differ here."""
        parts = urlsplit(url)
        origin = (parts.scheme, parts.netloc)
        if origin not in self._settings:
            found: dict[str, Any] = dict(super().merge_environment_settings(url, *settings))
            self._settings[origin] = {**found, "proxies": {}} if leads_to_loopback(parts.hostname) else found
        return dict(self._settings[origin])

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        """None: redirects are never followed, and an address that is not one must not raise."""
        return iter(())

    def route(self, url: str) -> Route:
        """How a request to `url` travels."""
        parts = urlsplit(url)
        origin = (parts.scheme, parts.netloc)
        if origin not in self._routes:
            settings = self.merge_environment_settings(url, {}, True, None, None)
            self._routes[origin] = _route(url, parts.hostname or "", settings)
        return self._routes[origin]


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """In place of an Authorization header that requests would make of an address with a user and a password."""
    return request


def redirect_host(headers: Mapping[str, str]) -> str | None:
    """The host that an answer leads to; the rest of the address may name anything."""
    try:
        host = urlsplit(headers.get("Location", "")).hostname
    except ValueError:
        return None
    return host[:LONGEST_HOST] if host and host.isascii() and host.isprintable() else None


def _route(url: str, host: str, settings: dict[str, Any]) -> Route:
    verify = settings["verify"]
    bundle = verify if isinstance(verify, str) else None
    variable = next((name for name in BUNDLE_VARIABLES if os.environ.get(name) == bundle), None) if bundle else None
    if bundle and url.startswith("https:") and (reason := _unreadable_kind(bundle)):
        named = f"the certificates named by {variable or 'the environment'} ({bundle})"
        return Route(host, problem=(CERTIFICATES_UNUSABLE, f"{named} cannot be read: {reason}"))
    address = select_proxy(url, settings["proxies"])
    if not address:
        return Route(host, None, bundle, variable)
    proxy = _parse(address)
    if proxy is None:
        detail = f"what {_source(url)} names is not the address of a proxy"
        return Route(host, problem=(PROXY_UNUSABLE, detail))
    name = f"{proxy.host}:{proxy.port or DEFAULT_PORTS[proxy.scheme or 'http']}"
    if (proxy.scheme or "").startswith("socks") and find_spec("socks") is None:
        detail = f"the proxy {name} speaks SOCKS, which needs PySocks (`pip install pysocks`)"
        return Route(host, name, problem=(PROXY_UNUSABLE, detail))
    return Route(host, name, bundle, variable)


def _unreadable_kind(bundle: str) -> str | None:
    """Why certificates are not even tried: a pipe, for instance, would be read for ever."""
    try:
        require_authorities(bundle)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror
    return None


def _parse(address: str) -> Url | None:
    """The parts of a proxy's address; None for what is not one, or would be taken for another than was meant."""
    try:
        whole = str(prepend_scheme_if_needed(address, "http"))  # type: ignore[no-untyped-call]
        url = parse_url(whole)
        for text in get_auth_from_url(whole):
            text.encode("latin-1")
    except ValueError:
        return None
    # A password with a slash or a hash that is not encoded ends the host early: its beginning would pass for the host.
    is_torn = "@" in f"{url.path}{url.query}{url.fragment}"
    if not url.host or url.port == 0 or url.scheme not in DEFAULT_PORTS or is_torn:
        return None
    return url


def _source(url: str) -> str:
    """Who names the proxy for `url`: a variable of the environment, or the settings of the machine."""
    scheme = urlsplit(url).scheme
    names = [spelled(f"{kind}_proxy") for kind in (scheme, "all") for spelled in _SPELLINGS]
    return next((f"`{name}`" for name in names if os.environ.get(name)), "the machine's own setting")


_SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (str.lower, str.upper)


class _FewCookies(DefaultCookiePolicy):
    """Keeps a few small cookies: each one that is kept travels with every further request."""

    def __init__(self) -> None:
        super().__init__()
        self._names: set[str] = set()

    def set_ok(self, cookie: Cookie, request: CookieRequest) -> bool:
        """Whether a cookie is kept."""
        is_known = cookie.name in self._names or len(self._names) < MOST_COOKIES
        if not (is_known and len(cookie.name) + len(cookie.value or "") <= LONGEST_COOKIE):
            return False
        self._names.add(cookie.name)
        return super().set_ok(cookie, request)
