"""Why a request has no answer of the API: the network, a proxy, a redirect."""

from typing import Final

from sage_active.fault_table.fault import EVERYONE, Action, Concern, Effect, Fault, Kind

UNREACHABLE = Fault(
    "unreachable",
    EVERYONE,
    "no connection: DNS failure, refused connection, TLS failure, reset, timeout",
    Action.RETRY,
    Kind.TRANSIENT,
    Concern.CONNECTION,
    Effect.UNKNOWN,
    "{api} could not be reached: {detail}.",
    "Check that this machine reaches the hosts named in the documentation, then run the sync again.",
)
PROXY_REMEDY: Final = (
    "Correct the proxy of this machine (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`), or except the API's hosts from it "
    "with `NO_PROXY`."
)
PROXY_UNREACHABLE = Fault(
    "proxy-unreachable",
    EVERYONE,
    "the proxy of the environment refuses the connection, is not known, or has trouble of its own",
    Action.RETRY,
    Kind.TRANSIENT,
    Concern.CONNECTION,
    Effect.NONE,
    "{api} could not be reached: {detail}.",
    f"Check that the proxy is running. {PROXY_REMEDY}",
)
PROXY_UNUSABLE = Fault(
    "proxy-unusable",
    EVERYONE,
    "the environment names a proxy that cannot be used: not an address, SOCKS without PySocks, or one that refuses to "
    "connect to the host",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "{api} could not be reached: {detail}.",
    PROXY_REMEDY,
)
PROXY_PASSWORD = Fault(
    "proxy-password",
    EVERYONE,
    "407",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "{api} could not be reached: the proxy {detail} asks for a user and a password (407).",
    "Put them into the address of the proxy (`http://user:password@host:port`), special characters percent-encoded. "
    f"{PROXY_REMEDY}",
)
CERTIFICATES_UNUSABLE = Fault(
    "certificates-unusable",
    EVERYONE,
    "`REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE` names no certificates that can be read",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "{api} could not be reached: {detail}.",
    "Let the variable name a file of certificates in PEM form that this program may read, or remove the variable.",
)
REDIRECTED = Fault(
    "redirected",
    EVERYONE,
    "any 3xx",
    Action.FAIL,
    Kind.CONFIGURATION,
    Concern.CONNECTION,
    Effect.NONE,
    "{api} cannot be reached here, because a redirect came back: {detail}.",
    "A proxy or a captive portal answers instead: sign in there, or let this machine reach the hosts named in the "
    "documentation, and run the sync again.",
    statuses=frozenset(range(300, 400)),
)
