"""`sage-active status`: what a configuration says about the sign-in; nobody is asked."""

from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Final

from sage_active.arguments import without_nulls
from sage_active.auth.token_store import TokenFile
from sage_active.errors import SageActiveError
from sage_active.markets import CONNECTION_LABELS
from sage_active.moments import parse_utc
from sage_active_cli.configuration_file import ConfigurationFile
from sage_active_cli.console import show_json, show_rows
from sage_active_cli.present import Present

NOT_SIGNED_IN: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The sign-in of a configuration.

    Attributes:
        target_systems: The markets, as the configuration names them.
        signed_in: Whether it has what signing in brings; whether the service still takes it is not asked.
        access_token_until: RFC 3339, None where none is kept or nobody knows.
        token_path: The file that keeps rotated tokens; None where the configuration itself does.
        companies: Those that it names; none for all of the sign-in.
        problem: Why the configuration is not valid.
    """

    configuration: str
    connection: str | None
    target_systems: list[str]
    signed_in: bool
    access_token_until: str | None
    token_path: str | None
    companies: list[str]
    problem: str | None


def run(config: str, as_json: bool) -> int:
    """Prints the status; 0 for a valid configuration that is signed in, else 1. Raises `SageActiveError`."""
    status = status_of(ConfigurationFile(config, "--config"))
    if as_json:
        show_json(asdict(status))
    else:
        show_rows(("", ""), _lines(status))
    return 0 if status.signed_in and not status.problem else NOT_SIGNED_IN


def status_of(file: ConfigurationFile) -> Status:
    """The status. Raises a configuration error for a file that is not a JSON object, or an unusable token file."""
    members = without_nulls(file.content())
    present = Present(members)
    problem, companies, token_path = None, [], None
    try:
        settings = present.validated_settings()
        companies, token_path = [company.company_id for company in settings.companies], settings.token_path
    except SageActiveError as error:
        problem = str(error)
    until = present.text("token_expiry_date")
    refresh_token = present.text("refresh_token")
    if token_path and refresh_token and (tokens := TokenFile(token_path).read(refresh_token)):
        until = tokens.expires_at
    return Status(
        configuration=str(file.path),
        connection=present.connection(None) if present.kind else None,
        target_systems=present.target_systems,
        signed_in=bool(refresh_token or present.text("account_key")),
        access_token_until=until,
        token_path=token_path,
        companies=companies,
        problem=problem,
    )


def _lines(status: Status) -> list[tuple[str, str]]:
    return [
        ("configuration", status.configuration),
        ("connection", CONNECTION_LABELS.get(status.connection or "", "not stated")),
        ("market", ", ".join(status.target_systems) or "not stated"),
        ("signed in", "yes" if status.signed_in else f"no: sage-active login --config {status.configuration}"),
        *([("access token", _until(status.access_token_until))] if status.access_token_until else []),
        *([("tokens are kept in", status.token_path)] if status.token_path else []),
        ("companies", ", ".join(status.companies) or "all of the sign-in"),
        *([("problem", status.problem)] if status.problem else []),
    ]


def _until(moment: str) -> str:
    try:
        ends = parse_utc(moment)
    except ValueError:
        return f"ends at {moment}"
    if ends is None:
        return f"ends at {moment}"
    minute = f"{ends:%Y-%m-%d %H:%M} UTC"
    if ends < datetime.now(timezone.utc):
        return f"ended {minute}; it is renewed when needed"
    return f"good until {minute}"
