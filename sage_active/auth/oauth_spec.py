"""The sign-in button that Airbyte shows for a connection; the same for the source and the destination."""

from typing import Any

from sage_active.markets import SIGN_IN_URL


def sign_in_button() -> dict[str, Any]:
    """`advanced_auth` of a specification: how Airbyte signs a user in (docs/reference/authentication.md, "Sign-in")."""
    tokens = {name: _output(name) for name in ("access_token", "refresh_token")}
    expiry = _path("token_expiry_date") | {"format": "date-time", "path_in_oauth_response": ["expires_in"]}
    client = ("client_id", "client_secret")
    return {
        "auth_flow_type": "oauth2.0",
        "predicate_key": ["credentials", "auth_type"],
        "predicate_value": "oauth2.0",
        "oauth_config_specification": {
            "oauth_connector_input_specification": {
                "consent_url": f"{SIGN_IN_URL}/connect/authorize?response_type=code&{{{{client_id_param}}}}"
                "&{{redirect_uri_param}}&{{state_param}}&scope={{scope_value}}",
                "access_token_url": f"{SIGN_IN_URL}/connect/token",
                "scope": "RDSA WDSA offline_access",
                "access_token_headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "access_token_params": {
                    "grant_type": "authorization_code",
                    "code": "{{auth_code_value}}",
                    "client_id": "{{client_id_value}}",
                    "client_secret": "{{client_secret_value}}",
                    "redirect_uri": "{{redirect_uri_value}}",
                },
                "extract_output": ["access_token", "refresh_token", "expires_in"],
            },
            "oauth_user_input_from_connector_config_specification": {
                "type": "object",
                "properties": {"subscription_key": _path("subscription_key")},
            },
            "complete_oauth_output_specification": {
                "type": "object",
                "additionalProperties": False,
                "properties": {**tokens, "token_expiry_date": expiry},
            },
            "complete_oauth_server_input_specification": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: {"type": "string"} for name in client},
            },
            "complete_oauth_server_output_specification": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: _path(name) for name in client},
            },
        },
    }


def _path(name: str) -> dict[str, Any]:
    return {"type": "string", "path_in_connector_config": ["credentials", name]}


def _output(name: str) -> dict[str, Any]:
    return _path(name) | {"path_in_oauth_response": [name]}
