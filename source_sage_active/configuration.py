"""The configuration of the source, and the specification that Airbyte shows for it."""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field

from sage_active.config import ConnectionConfig, connection_specification
from sage_active.markets import SIGN_IN_URL

TITLE: Final = "Sage Active Source Spec"
DOCUMENTATION_URL: Final = "https://docs.airbyte.com/integrations/sources/sage-active"


class SourceConfig(ConnectionConfig):
    """What the source needs; credentials alone are complete."""

    start_date: Annotated[
        date | None,
        Field(
            title="Start date",
            description="Documents (invoices) that last changed before this day are not read. Leave it empty for "
            "everything. Customers, suppliers and items are always read whole.",
            examples=["2024-01-01"],
            json_schema_extra={"order": 2, "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        ),
    ] = None
    reread_open_documents: Annotated[
        bool,
        Field(
            title="Read open documents again",
            description="Read documents that are not final (unpaid invoices and drafts) on every run, because payments "
            "may not move their modification date.",
            examples=[True],
            json_schema_extra={"order": 3},
        ),
    ] = True
    lookback_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=525600,
            title="Lookback (minutes)",
            description="Incremental runs begin this much before the last state, for records that become visible late. "
            "They are delivered again and deduplicated by the key.",
            examples=[60],
            json_schema_extra={"order": 4},
        ),
    ] = 60


def specification() -> dict[str, Any]:
    """The connector's specification, generated from the models. The committed spec.json equals it (tested)."""
    return {
        "documentationUrl": DOCUMENTATION_URL,
        "connectionSpecification": connection_specification(SourceConfig, TITLE),
        "supportsNormalization": False,
        "supportsDBT": False,
        "advanced_auth": _sign_in_button(),
    }


def _path(name: str) -> dict[str, Any]:
    return {"type": "string", "path_in_connector_config": ["credentials", name]}


def _output(name: str) -> dict[str, Any]:
    return _path(name) | {"path_in_oauth_response": [name]}


def _sign_in_button() -> dict[str, Any]:
    """How Airbyte signs a user in (fact sheet, section 2; authorization code flow)."""
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
