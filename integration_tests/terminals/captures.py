"""What is captured: the commands that people see first, and how a person answers them."""

from dataclasses import dataclass
from typing import Final

from sage_active_sandbox.oauth import CLIENT_ID, CLIENT_SECRET

COLUMNS: Final = 100
STREAMS: Final = ("customers", "suppliers", "items", "journal_entries", "invoices")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person does when a text appears: types a line; or, with `in_browser`, signs in at the matched address."""

    pattern: str
    line: str = ""
    in_browser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One picture.

    Attributes:
        name: Of the file, without its ending.
        typed: The command line, as it is shown and run.
        unshown: Further arguments, which lead it to the sandbox; `{url}` and `{port}` stand for its address and a free
            port.
        answers: In their order.
        is_live: Whether the terminal is also drawn while the command works.
        has_configuration: Whether it runs where a configuration and a catalog are.
        head, tail: How many lines are drawn from both ends, where there are more.
    """

    name: str
    typed: str
    unshown: str = ""
    answers: tuple[Reply, ...] = ()
    is_live: bool = False
    has_configuration: bool = True
    head: int = 60
    tail: int = 10


CAPTURES: Final = (
    Capture(
        name="login",
        typed="sage-active login --market de",
        unshown="--sandbox-url {url} --port {port}",
        answers=(
            Reply("Client id: ", CLIENT_ID),
            Reply("Client secret .*: ", CLIENT_SECRET),
            Reply("Subscription key .*: ", "sandbox-key-de"),
            Reply(r"http\S+/connect/authorize\S+", in_browser=True),
            Reply("or Enter for all: "),
        ),
        has_configuration=False,
    ),
    Capture(
        name="read",
        typed="source-sage-active read --config config.json --catalog catalog.json > records.jsonl",
        is_live=True,
    ),
    Capture(
        name="audit",
        typed="sage-active audit --config config.json --company 'Nordlicht Handels GmbH'",
        head=24,
        tail=17,
    ),
    Capture(
        name="doctor",
        typed="sage-active doctor --config config.json --company 'Nordlicht Handels GmbH'",
        head=33,
        tail=10,
    ),
)
