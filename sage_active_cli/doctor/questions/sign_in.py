"""How one signs in, and what the user may do."""

from datetime import datetime, timezone
from typing import Final

from sage_active.direct.query import RootField
from sage_active.fault_table.fault import Denial
from sage_active.markets import DIRECT
from sage_active.resources.table import offered
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.root_fields import page, value

EIGHT_HOURS: Final = 28800
# Seconds by which a stated life may differ from a published one, and clocks from each other.
CLOSE: Final = 60
READING: Final = tuple(dict.fromkeys(resource.on(DIRECT).root for resource in offered(DIRECT)))
# What the destination would send.
WRITING: Final = ("createCustomer", "createSupplier", "createProduct", "createSalesInvoice")


def _rotation(subject: DirectSubject, _: Parts) -> Observation:
    if not subject.client.renewals:
        raise NotSeenError
    rotated = any(renewal.rotated for renewal in subject.client.renewals)
    return Observation("rotates" if rotated else "keeps")


def _life(subject: DirectSubject, _: Parts) -> Observation:
    stated = [renewal.seconds for renewal in subject.client.renewals if renewal.seconds is not None]
    if not stated:
        raise NotSeenError
    seconds = stated[-1]
    detail = f"{seconds:,.0f} seconds"
    if abs(seconds - EIGHT_HOURS) <= CLOSE:
        return Observation("as_published", detail)
    return Observation("shorter" if seconds < EIGHT_HOURS else "longer", detail)


def _clock(_: DirectSubject, parts: Parts) -> Observation:
    seconds = (datetime.now(timezone.utc) - parts.date()).total_seconds()
    return Observation("agrees" if abs(seconds) <= CLOSE else "differs", f"{round(-seconds):+,d} seconds")


def _host(subject: DirectSubject, _: Parts) -> Observation:
    if subject.config.sandbox_url:
        return Observation("stand_in")
    markets = {company.market for company in subject.listed}
    return Observation("own_market" if len(markets) == 1 else "several_markets", ", ".join(sorted(markets)))


def _role(_: DirectSubject, parts: Parts) -> Observation:
    allowed = {row.get("action"): row.get("isAllowed") for row in parts.some_rows("rights")}
    forbidden = tuple(name for name in READING if allowed.get(name) is False)
    if forbidden:
        return Observation("may_not_read_all", names=forbidden)
    written = [name for name in WRITING if allowed.get(name)]
    return Observation("may_write", names=tuple(written)) if written else Observation("only_reads")


def _edition(_: DirectSubject, parts: Parts) -> Observation:
    error = parts.error("entries")
    if error is None:
        parts.value("entries")
        return Observation("has_entries")
    if error.fault.denies is Denial.EDITION:
        return Observation("lacks_entries")
    if error.fault.denies is Denial.RIGHT:
        return Observation("may_not")
    raise error


def _rights() -> dict[str, RootField]:
    return {"rights": value("userAccessPolicyCheck", {"actions": [*READING, *WRITING]}, "action isAllowed")}


SIGN_IN: Final = (
    Question(
        name="host",
        fact="address",
        sources="one host for each market; PT is on the Spanish one",
        outcomes={
            "own_market": Meaning("answers; companies of one market", "reads them"),
            "several_markets": Meaning("answers; companies of several markets", "reads them all; one is examined each"),
            "stand_in": Meaning("a stand-in answers", "says nothing about the live service"),
        },
        ask=_host,
    ),
    Question(
        name="rotation",
        fact="refresh token",
        sources="no page says whether it rotates",
        outcomes={
            "rotates": Meaning("a renewal brings a new one", "keeps it before it is used"),
            "keeps": Meaning("a renewal keeps the old one", "goes on with it"),
        },
        unseen="renewal: the access token is still good",
        ask=_rotation,
    ),
    Question(
        name="access_token",
        fact="life of an access token",
        sources="8 hours",
        outcomes={
            "as_published": Meaning("8 hours", "renews it a minute before its end"),
            "shorter": Meaning("less than 8 hours", "renews it a minute before its end"),
            "longer": Meaning("more than 8 hours", "renews it a minute before its end"),
        },
        unseen="renewal that states it",
        ask=_life,
    ),
    Question(
        name="clock",
        fact="server's clock",
        sources="silent",
        outcomes={
            "agrees": Meaning("agrees with this machine's", "goes by the server's"),
            "differs": Meaning("differs from this machine's", "goes by the server's; set this machine's right"),
        },
        unseen="answer",
        fields={"profile": value("userProfile", {}, "id")},
        ask=_clock,
    ),
    Question(
        name="role",
        fact="rights of the user",
        sources="a query tells each of them",
        outcomes={
            "only_reads": Meaning("reads everything, writes nothing", "the right user for the source"),
            "may_write": Meaning("may write", "writes only as the destination; give the source a user who only reads"),
            "may_not_read_all": Meaning("may not read everything", "streams of what is denied are incomplete"),
        },
        unseen="answer about rights",
        fields=_rights(),
        ask=_role,
    ),
    Question(
        name="edition",
        fact="edition",
        sources="Starter has no accounting entries, even for administrators",
        outcomes={
            "has_entries": Meaning("has accounting entries", "reads them"),
            "lacks_entries": Meaning("refuses accounting entries: edition", "leaves them out, with one warning"),
            "may_not": Meaning("refuses accounting entries: right", "the stream is incomplete"),
        },
        unseen="answer about entries",
        fields={"entries": page("accountingEntries", "id")},
        ask=_edition,
    ),
)
