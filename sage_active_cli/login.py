"""`sage-active login`: signs in and writes a configuration that the connectors can be run with."""

import sys
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console

from sage_active.addresses import page_address
from sage_active.arguments import without_nulls
from sage_active.auth.token_store import TokenFile
from sage_active.client import Company
from sage_active.companies import names, resolve_companies, usable_companies
from sage_active.config import CompanySelection, ConnectionConfig, validated
from sage_active.errors import Errors, configuration_error
from sage_active.excerpt import excerpt
from sage_active.faults import CUT_SHORT, Api, classify
from sage_active.http.request import Request
from sage_active.http.response import Response
from sage_active.markets import DIRECT, MAESN, Market
from sage_active_cli.authorization import App, Authorization
from sage_active_cli.callback import Callback
from sage_active_cli.companies import as_data, show_companies
from sage_active_cli.connection import connection, shared_part, sign_in_transport
from sage_active_cli.console import ERRORS, OUTPUT, complain, plain, show, show_address, show_json
from sage_active_cli.further_keys import check_further, further_keys
from sage_active_cli.present import Present, checked, opened
from sage_active_cli.prompts import choices, chosen, is_answered, renewed_secret, required_secret, secret
from sage_active_cli.redirect import redirect_uri

PASTE: Final = (
    "If the browser is on another machine, it ends on a page that it cannot open: paste the address of that page here, "
    "within a minute."
)
SUBSCRIPTION_KEY: Final = "Subscription key of the market {}"
ACCOUNT_KEY: Final = "Account key of Maesn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command; see `sage-active login --help`."""

    market: str | None
    further_market: Sequence[str]
    connection: str | None
    config: str | None
    output: str
    force: bool
    company: Sequence[str]
    client_id: str | None
    token_path: str | None
    port: int
    redirect_uri: str | None
    no_browser: bool
    timeout: float
    as_json: bool
    sandbox_url: str | None

    @property
    def address(self) -> str:
        """The redirect address."""
        return self.redirect_uri or redirect_uri(self.port)

    @property
    def console(self) -> Console:
        """Where everything but the JSON goes."""
        return ERRORS if self.as_json else OUTPUT


def run(**parameters: Any) -> None:
    """Signs in, lists the companies, writes the file. Raises `SageActiveError`; then nothing was written."""
    options = Options(**parameters)
    file, present = opened(options.config, options.output, force=options.force)
    if not all(company.strip() for company in options.company):
        raise configuration_error("`--company` names no company.", "Give its id or its exact name, or leave it out.")
    way = present.connection(options.connection)
    market = present.market(options.market)
    check_further(options.further_market, market)
    changes: dict[str, Any] = {
        **({"token_path": options.token_path} if options.token_path else {}),
        **({"sandbox_url": options.sandbox_url} if options.sandbox_url else {}),
    }
    # Whatever is known is checked before the user takes the trouble to sign in.
    members = without_nulls({**present.members, **changes})
    settings = checked(present, members, way, market)
    if settings.token_path:
        TokenFile(settings.token_path).check_readable()
    sign_in = _through_maesn if way == MAESN else _directly
    config = {**members, "credentials": sign_in(options, present, market, settings)}
    listed, credentials = _listed_companies(config)
    usable = [company for company in listed if company.usable]
    offered = choices(usable) if present.is_new and not options.company else ()
    show("", plain("Signed in.", "bold green"), "", console=options.console)
    show_companies(listed, options.console, choices=offered)
    show("", console=options.console)
    # Without one that can be used, nothing is written.
    resolve_companies([], listed)
    selections, companies = _chosen_companies(options, present, settings, listed, offered)
    if selections:
        changes["companies"] = selections
    if present.is_new and not options.force:
        file.check_new()
    file.replace_credentials(present.signed_in(credentials), changes)
    if options.as_json:
        show_json({"configuration": str(file.path), "companies": as_data(companies)})
    else:
        show("", f"Written: {file.path}, readable by you only. Companies: {names(companies)}.")
        if present.is_new:
            show(f"Next: sage-active forecast --config {file.path}")
        else:
            show("The credentials are new; everything else is as it was.")


def _chosen_companies(
    options: Options,
    present: Present,
    settings: ConnectionConfig,
    listed: Sequence[Company],
    offered: Sequence[Company],
) -> tuple[list[dict[str, Any]], list[Company]]:
    """What becomes the member `companies` (nothing: it stays), and the companies that are used."""
    if present.is_new or options.company:
        selections = [CompanySelection(company_id=company) for company in options.company] or chosen(offered)
        companies = resolve_companies(selections, listed)
        return [{"company_id": company.id} for company in companies] if selections else [], companies
    companies, refused = usable_companies(settings.companies, listed)
    for error in refused:
        # The sign-in works all the same; what is configured stays until somebody decides otherwise.
        complain(f"{error} The configuration keeps it.")
    return [], companies


def _listed_companies(config: dict[str, Any]) -> tuple[list[Company], Mapping[str, Any]]:
    """The companies, and the credentials as they are after they were listed."""
    latest = config

    def keep(renewed: Mapping[str, Any]) -> None:
        nonlocal latest
        latest = dict(renewed)

    with connection(validated(ConnectionConfig, shared_part(config)), config, keep) as client:
        listed = client.companies()
    return listed, latest["credentials"]


def _directly(options: Options, present: Present, market: Market, settings: ConnectionConfig) -> dict[str, Any]:
    """Credentials by the authorization code flow."""
    # A port in use or an invalid address is reported before the first question.
    with Callback(options.address) as callback:
        known = present.text("client_id")
        client_id = options.client_id or required_secret("Client id", "SAGE_ACTIVE_CLIENT_ID", present=known)
        # An app that is configured without a secret has none; that of another app is not known.
        present_secret = (present.text("client_secret") or "") if client_id == known else None
        client_secret = secret("Client secret", "SAGE_ACTIVE_CLIENT_SECRET", present=present_secret, optional=True)
        subscription_key = required_secret(
            SUBSCRIPTION_KEY.format(market.code),
            "SAGE_ACTIVE_SUBSCRIPTION_KEY",
            present=present.text("subscription_key"),
        )
        further = further_keys(options.further_market, present, DIRECT, _subscription_key)
        app = App(client_id, client_secret, options.address)
        authorization = Authorization(app, settings.endpoints.authorize)
        show("Sign in to Sage Active in the browser:", "", console=options.console)
        show_address(authorization.address, options.console)
        show("", console=options.console)
        if not options.no_browser:
            webbrowser.open(authorization.address)
        typed = sys.stdin if is_answered() else None
        if typed:
            show(PASTE, console=options.console)
        code = authorization.code(callback.wait(options.timeout, typed, complain))
        transport = sign_in_transport(Errors(Api.SIGN_IN, market.target_system))
        try:
            tokens = authorization.tokens(code, transport, settings.endpoints.token)
        finally:
            transport.close()
        callback.succeeded()
    return {
        "auth_type": present.kind or "token",
        "client_id": client_id,
        **({"client_secret": client_secret} if client_secret else {}),
        "subscription_key": subscription_key,
        "refresh_token": tokens.refresh_token,
        **({"access_token": tokens.access_token} if tokens.access_token else {}),
        **({"token_expiry_date": tokens.expires_at} if tokens.expires_at else {}),
        "target_system": market.target_system,
        **further,
    }


def _subscription_key(market: Market, present: str | None) -> str:
    """The key of a further market."""
    variable = f"SAGE_ACTIVE_SUBSCRIPTION_KEY_{market.code}"
    return required_secret(SUBSCRIPTION_KEY.format(market.code), variable, present=present)


def _through_maesn(options: Options, present: Present, market: Market, settings: ConnectionConfig) -> dict[str, Any]:
    """Maesn's two keys; the user gets the second by signing in at the address that Maesn names.

    Source: docs/reference/maesn.md, "Keys".
    """
    api_key = required_secret("API key of Maesn", "SAGE_ACTIVE_MAESN_API_KEY", present=present.text("api_key"))
    variable = "SAGE_ACTIVE_MAESN_ACCOUNT_KEY"
    _show_sign_in(api_key, market, settings, options.console)
    account_key = renewed_secret(ACCOUNT_KEY, variable, present=present.text("account_key"))

    def further_key(other: Market, known: str | None) -> str:
        _show_sign_in(api_key, other, settings, options.console)
        return renewed_secret(f"{ACCOUNT_KEY} for the market {other.code}", f"{variable}_{other.code}", present=known)

    return {
        "auth_type": "maesn",
        "api_key": api_key,
        "account_key": account_key,
        "target_system": market.target_system,
        **further_keys(options.further_market, present, MAESN, further_key),
    }


def _show_sign_in(api_key: str, market: Market, settings: ConnectionConfig, console: Console) -> None:
    """Shows the address at which Maesn lets the user of a market sign in. Raises `SageActiveError`."""
    errors = Errors(Api.MAESN, market.target_system)
    transport = sign_in_transport(errors)

    def address(answer: Response) -> str:
        text = answer.body.decode(errors="replace").strip().strip('"')
        if answer.status != 200:
            detail = excerpt(text)
            fault = classify(errors.api, answer.status, text=detail)
            raise errors.of(fault, status=answer.status, detail=detail)
        try:
            page = page_address(text)
        except ValueError:
            page = ""
        # A stand-in may be on this machine; Maesn is not.
        if not page.startswith("https:") and not (page and settings.sandbox_url):
            raise errors.of(CUT_SHORT, detail="not the address of a sign-in page")
        return page

    try:
        url = f"{settings.endpoints.maesn}/auth/{market.target_system}"
        request = Request("GET", url, headers={"X-API-KEY": api_key}, stream="sign-in")
        found = transport.send(request, address)
    finally:
        transport.close()
    show("Let the end user sign in to Sage Active through Maesn:", "", console=console)
    show_address(found, console)
    show("", "Maesn delivers the account key to the address that you registered with Maesn.", console=console)
