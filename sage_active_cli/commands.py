"""The commands of `sage-active` and their options. What they do is imported when they run, so that help is quick."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final, TypeVar

import rich_click as click
from click.core import ParameterSource
from rich_click.rich_context import RichContext

from sage_active.markets import CONNECTIONS, DIRECT, MARKETS
from sage_active_cli.redirect import DEFAULT_PORT, redirect_uri

PROGRAM: Final = "sage-active"
COMPLETION_VARIABLE: Final = "_SAGE_ACTIVE_COMPLETE"
SHELLS: Final = ("bash", "zsh", "fish")
LONGEST_SIGN_IN_SECONDS: Final = 300.0
MOST_SECONDS: Final = 86_400.0
MARKET_CODES: Final = tuple(market.code.lower() for market in MARKETS)
# Where the list of commands shows them.
SIGN_IN, LOOK, PROVE, SHELL = "Signing in", "Looking around", "Before and after a sync", "Shell"
Function = TypeVar("Function", bound=Callable[..., Any])
Option = Callable[[Function], Function]


@dataclass(frozen=True, slots=True)
class Job:
    """What a command line asks for: `run` of a module of this package, with these arguments."""

    module: str
    parameters: Mapping[str, Any]


def _config(what: str = "The configuration.") -> Option[Any]:
    return click.option("--config", required=True, metavar="FILE", type=click.Path(), help=what)


def _companies() -> Option[Any]:
    return click.option("--company", multiple=True, metavar="NAME", help="Id or exact name; may be repeated.")


def _report() -> Option[Any]:
    what = "Write what was found without business data, to be sent back."
    return click.option("--report", metavar="FILE", type=click.Path(), help=what)


def _json(what: str = "Print the result as JSON.") -> Option[Any]:
    return click.option("--json", "as_json", is_flag=True, help=what)


def _print_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not context.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415 - help and completion can do without

        click.echo(f"{PROGRAM} {version('airbyte-sage-active')}")
        context.exit()


@click.group(name=PROGRAM, no_args_is_help=True)
@click.command_panel(SIGN_IN)
@click.command_panel(LOOK)
@click.command_panel(PROVE)
@click.command_panel(SHELL)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def sage_active() -> None:
    """Sign in to Sage Active, look at what is there, and prove what was read or will be written.

    Every command has a --help of its own.
    """


@sage_active.command(panel=SIGN_IN, short_help="Sign in and write a configuration for the connectors.")
@click.option(
    "--market", type=click.Choice(MARKET_CODES), help="Your Sage Active; needed unless the configuration says it."
)
@click.option(
    "--further-market",
    multiple=True,
    type=click.Choice(MARKET_CODES),
    help="Another market of the same sign-in, whose key is asked for too; may be repeated.",
)
@click.option("--connection", type=click.Choice(CONNECTIONS), help="How to reach it.  [default: direct]")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(),
    help="A configuration to sign in for again: its credentials are replaced, all else stays.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(),
    default="config.json",
    show_default=True,
    help="The configuration to write.",
)
@click.option("--force", is_flag=True, help="If the file of --output exists, treat it as that of --config.")
@_companies()
@click.option("--client-id", metavar="ID", help="Client id of the app; asked for otherwise.")
@click.option(
    "--token-path",
    metavar="FILE",
    type=click.Path(),
    help="Where the connectors keep rotated tokens (docker by hand, cron).",
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help=f"Port of the redirect address {redirect_uri()}, which the app must register.",
)
@click.option("--redirect-uri", metavar="ADDRESS", help="Another registered address on this machine.")
@click.option("--no-browser", is_flag=True, help="Only print the address of the sign-in page.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, MOST_SECONDS, min_open=True),
    default=LONGEST_SIGN_IN_SECONDS,
    show_default=True,
    help="How long to wait for the sign-in.",
)
@_json("Print what was written as JSON; everything else goes to stderr.")
@click.option("--sandbox-url", hidden=True)
@click.pass_context
def login(context: RichContext, /, **parameters: Any) -> Job:
    """Sign in and write a configuration that only you can read.

    Keys are asked for without showing them, or come from SAGE_ACTIVE_CLIENT_ID, SAGE_ACTIVE_CLIENT_SECRET and
    SAGE_ACTIVE_SUBSCRIPTION_KEY; through Maesn from SAGE_ACTIVE_MAESN_API_KEY and SAGE_ACTIVE_MAESN_ACCOUNT_KEY. The
    names for further markets end with their code, such as SAGE_ACTIVE_SUBSCRIPTION_KEY_FR.
    """
    for one, other in (("config", "output"), ("port", "redirect_uri")):
        if all(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in (one, other)):
            raise click.UsageError(f"--{one} and --{other.replace('_', '-')} exclude each other.", context)
    return Job("login", parameters)


@sage_active.command(panel=SIGN_IN, short_help="Revoke a sign-in and remove its tokens.")
@_config()
@click.option("--local", is_flag=True, help="Only remove the tokens from this machine, without asking Sage.")
@_json()
def logout(**parameters: Any) -> Job:
    """Revoke the refresh token of a configuration, and remove all that signing in has brought from it.

    Everything else stays, so that `login --config` asks for nothing. Through Maesn the account keys are removed,
    and further markets must be named again.
    """
    return Job("logout", parameters)


@sage_active.command(panel=SIGN_IN, short_help="Show whether a configuration is signed in.")
@_config()
@_json()
def status(**parameters: Any) -> Job:
    """Show what a configuration says about the sign-in, without asking anybody.

    Ends with 1 if it is not signed in, or not valid.
    """
    return Job("status", parameters)


@sage_active.command(panel=LOOK, short_help="List the companies of a configuration.")
@_config()
@_json()
def companies(**parameters: Any) -> Job:
    """List the companies of a configuration: id, name, market, status, usable or not."""
    return Job("companies", parameters)


@sage_active.command(panel=LOOK, short_help="List the streams of the source.")
@click.option("--connection", type=click.Choice(CONNECTIONS), default=DIRECT, show_default=True, help="The API.")
@_json()
def streams(**parameters: Any) -> Job:
    """List the streams that a connection reads, with their primary key and how they can be synced."""
    return Job("streams", parameters)


@sage_active.command(panel=LOOK, short_help="Send a GraphQL query of your own.")
@_config("The configuration, of the direct connection.")
@click.option("--company", metavar="NAME", help="Id or exact name of the company to query.")
@click.option("--variables", metavar="FILE", type=click.Path(), help="A JSON object with the query's variables.")
@_json("Print the reply on one line instead of indented.")
@click.argument("query")
def query(**parameters: Any) -> Job:
    """Send a GraphQL query to Sage Active, and print the reply as JSON.

    QUERY is the text of the query, or - to read it from stdin. It is compared with the contract first. Mutations are
    refused, and so are the queries that act: documentPdfEmail and filesExport.
    """
    return Job("query", parameters)


@sage_active.command(panel=PROVE, short_help="Forecast rows, requests and minutes of a first sync.")
@_config()
@_json()
def forecast(**parameters: Any) -> Job:
    """Forecast rows, requests and minutes of a first sync, for each stream and company."""
    return Job("forecast", parameters)


@sage_active.command(panel=PROVE, short_help="Find out what the service really does.")
@click.option(
    "--config", multiple=True, required=True, metavar="FILE", type=click.Path(), help="Configuration; may be repeated."
)
@_companies()
@_report()
@_json("Print everything as JSON.")
def doctor(**parameters: Any) -> Job:
    """Ask the service about every point on which the published sources disagree or are silent.

    In one company of each market. It only reads, sends at most 200 requests, and writes nothing but rotated tokens and
    the report.
    """
    return Job("doctor.command", parameters)


@sage_active.command(panel=PROVE, short_help="Try writes in one company, and delete everything again.")
@_config("The configuration, of the direct connection.")
@click.option("--yes-write", is_flag=True, help="Do it; without, the command says what it would do.")
@click.option("--company", metavar="NAME", help="Id or exact name; typed on the terminal otherwise.")
@_report()
@_json("Print everything as JSON.")
def rehearse(**parameters: Any) -> Job:
    """Create third parties, an item, and drafts of invoices and bills in one company, and delete everything again.

    It finds out what the service makes of them, and proves by counts that nothing is left. Nothing is closed, posted or
    numbered. Ends with 1 if something contradicts the connector or is left, with 2 without --yes-write.
    """
    return Job("rehearse.command", parameters)


@sage_active.command(panel=PROVE, short_help="Prove that the books were read completely, and that they are sound.")
@_config()
@_companies()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Leave out fiscal years that ended before this day (2025-01-31).",
)
@click.option("--checks", metavar="NAMES", help="Only these checks, with commas between them, such as E10,E11.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(),
    help="Report closed periods that have changed since the run that wrote this file; then write it anew.",
)
@_json()
def audit(since: datetime | None, **parameters: Any) -> Job:
    """Read the books of each company as the source does, and check them.

    They are compared with the server's own reports, and searched for contradictions. Ends with 1 if there are errors,
    with 3 if something could not be compared.
    """
    return Job("audit.command", {**parameters, "since": since and since.replace(tzinfo=timezone.utc)})


@sage_active.command(panel=SHELL, short_help="Print the script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(**parameters: Any) -> Job:
    """Print what lets a shell complete commands and options.

    For bash: sage-active completion bash >> ~/.bashrc
    """
    return Job("completion", parameters)
