"""Configurations of the destination for tests."""

from typing import Any, Final

from sage_active.markets import DIRECT, MAESN

CREDENTIALS: Final[dict[str, dict[str, Any]]] = {
    DIRECT: {
        "auth_type": "token",
        "target_system": "sage-active-de",
        "client_id": "client-id",
        "client_secret": "client-secret",
        "subscription_key": "subscription-key",
        "refresh_token": "refresh-token",
    },
    MAESN: {
        "auth_type": "maesn",
        "target_system": "sage-active-de",
        "api_key": "api-key",
        "account_key": "account-key",
    },
}


def configuration(connection: str, **options: Any) -> dict[str, Any]:
    """A complete configuration, with `options` on top."""
    return {"credentials": CREDENTIALS[connection], "companies": [{"company_id": "Muster GmbH"}], **options}
