"""`sage-active login`: signs in and writes a configuration that the connectors can be run with."""

import webbrowser
from argparse import Namespace
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sage_active.client import Company
from sage_active.companies import names, selected
from sage_active.config import CompanySelection, ConnectionConfig, validated
from sage_active.errors import configuration_error
from sage_active.excerpt import excerpt
from sage_active.faults import CUT_SHORT, Api, classify
from sage_active.markets import MAESN, MARKETS, Endpoints, Market, endpoints, is_acceptable_stand_in
from sage_active.transport import Answer, Transport
from sage_active_cli.authorization import App, Authorization
from sage_active_cli.callback import Callback
from sage_active_cli.companies import listing
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.connection import PATIENCE, connection, user_agent
from sage_active_cli.questions import chosen, required_secret, secret
from sage_active_cli.redirect import redirect_uri

MARKET_BY_CODE: Final = {market.code.lower(): market for market in MARKETS}
REQUESTS_PER_MINUTE: Final = 60


def run(options: Namespace) -> None:
    """Signs in, lists the companies, writes the file. Raises `SageActiveError`; then nothing was written."""
    file = ConfigurationFile(options.output, "--output")
    file.check_new(force=options.force)
    if options.sandbox_url and not is_acceptable_stand_in(options.sandbox_url):
        raise configuration_error(
            "The address of the stand-in is not safe, or is none.", "Use https, or 127.0.0.1 and a port."
        )
    if not all(company.strip() for company in options.company):
        raise configuration_error("`--company` names no company.", "Give its id or its exact name, or leave it out.")
    market = MARKET_BY_CODE[options.market]
    sign_in = _through_maesn if options.connection == MAESN else _directly
    # Whatever the options say is checked before the user takes the trouble to sign in.
    fixed: dict[str, Any] = {
        **({"token_path": options.token_path} if options.token_path else {}),
        **({"sandbox_url": options.sandbox_url} if options.sandbox_url else {}),
    }
    addresses = endpoints(market, options.sandbox_url)
    credentials = sign_in(options, market, addresses)
    config: dict[str, Any] = {"credentials": {**credentials, "target_system": market.target_system}, **fixed}
    usable, config = _usable_companies(config)
    selections = [CompanySelection(company_id=company) for company in options.company] or chosen(usable)
    companies = selected(selections, usable)
    if selections:
        config["companies"] = [{"company_id": company.id} for company in companies]
    file.check_new(force=options.force)
    file.write(config)
    print(f"\nWritten: {file.path}, readable by you only. Companies: {names(companies)}.")
    print(f"Next: sage-active forecast --config {file.path}")


def _usable_companies(config: dict[str, Any]) -> tuple[list[Company], dict[str, Any]]:
    """The usable companies, and the configuration with the tokens as they are afterwards."""
    latest = config

    def keep(renewed: Mapping[str, Any]) -> None:
        nonlocal latest
        latest = dict(renewed)

    with connection(validated(ConnectionConfig, config), config, keep) as client:
        listed = client.companies()
    print(f"\nSigned in. The companies:\n\n{listing(listed)}\n")
    return selected([], listed), latest


def _directly(options: Namespace, market: Market, addresses: Endpoints) -> dict[str, Any]:
    """Credentials by the authorization code flow."""
    # A port that is in use, or an address that is none, is told before the first question.
    with Callback(options.redirect_uri or redirect_uri(options.port)) as callback:
        client_id = options.client_id or required_secret("Client id", "SAGE_ACTIVE_CLIENT_ID")
        client_secret = secret("Client secret", "SAGE_ACTIVE_CLIENT_SECRET", optional=True)
        subscription_key = required_secret(
            f"Subscription key of the market {market.code}", "SAGE_ACTIVE_SUBSCRIPTION_KEY"
        )
        app = App(client_id, client_secret, options.redirect_uri or redirect_uri(options.port))
        authorization = Authorization(app, addresses.authorize)
        _show(authorization.address, "Sign in to Sage Active in the browser", browser=options.browser)
        code = authorization.code(callback.wait(options.timeout))
    transport = _transport(Api.SIGN_IN, market)
    try:
        tokens = authorization.tokens(code, transport, addresses.token)
    finally:
        transport.close()
    return {
        "auth_type": "token",
        "client_id": client_id,
        **({"client_secret": client_secret} if client_secret else {}),
        "subscription_key": subscription_key,
        "refresh_token": tokens.refresh_token,
        **({"access_token": tokens.access_token} if tokens.access_token else {}),
        **({"token_expiry_date": tokens.expires_at} if tokens.expires_at else {}),
    }


def _through_maesn(options: Namespace, market: Market, addresses: Endpoints) -> dict[str, Any]:
    """Maesn's two keys; the user gets the second by signing in at the address that Maesn names (Maesn sheet, 2.2)."""
    api_key = required_secret("API key of Maesn", "SAGE_ACTIVE_MAESN_API_KEY")
    transport = _transport(Api.MAESN, market)

    def address(answer: Answer) -> str:
        text = answer.body.decode(errors="replace").strip().strip('"')
        if answer.status != 200:
            told = excerpt(text)
            fault = classify(transport.api, answer.status, text=told)
            raise transport.error(fault, status=answer.status, detail=told)
        if urlsplit(text).scheme not in ("https", *(("http",) if options.sandbox_url else ())):
            raise transport.error(CUT_SHORT, detail="not the address of a sign-in page")
        return text

    try:
        url = f"{addresses.maesn}/auth/{market.target_system}"
        found = transport.send("GET", url, address, stream="sign-in", headers=lambda: {"X-API-KEY": api_key})
    finally:
        transport.close()
    _show(found, "Let the end user sign in to Sage Active through Maesn", browser=False)
    print("Maesn delivers the account key to the address that you registered with Maesn.")
    account_key = required_secret("Account key of Maesn", "SAGE_ACTIVE_MAESN_ACCOUNT_KEY")
    return {"auth_type": "maesn", "api_key": api_key, "account_key": account_key}


def _show(address: str, what: str, *, browser: bool) -> None:
    print(f"{what}:\n\n  {address}\n", flush=True)
    if browser:
        webbrowser.open(address)


def _transport(api: Api, market: Market) -> Transport:
    return Transport(
        api,
        user_agent=user_agent(),
        target=market.target_system,
        requests_per_minute=REQUESTS_PER_MINUTE,
        connections=1,
        patience=PATIENCE,
    )
