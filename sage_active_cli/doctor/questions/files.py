"""Files: how they are listed, how a list refuses, and who may follow a link."""

import re
from typing import Final

from sage_active.direct.answers import GraphQLRefusal
from sage_active_cli.doctor.direct_subject import DirectSubject
from sage_active_cli.doctor.parts import NotSeenError, Parts
from sage_active_cli.doctor.question import Meaning, Observation, Question
from sage_active_cli.doctor.root_fields import ASCENDING, page

# What published refusals look like (docs/reference/server-behaviour.md, "Business errors").
IS_KEY: Final = re.compile(r"\w+\.businessErrors\.\w+$")


def _files_sort(_: DirectSubject, parts: Parts) -> Observation:
    parts.value("by_business_date")
    return Observation("business_date_only" if parts.error("by_upload_date") else "both")


def _refusals(_: DirectSubject, parts: Parts) -> Observation:
    error = parts.error("refused")
    if not isinstance(error, GraphQLRefusal) or error.fault.denies:
        raise NotSeenError
    return Observation("keys" if all(IS_KEY.match(one.message or "") for one in error.errors) else "texts")


def _file_links(subject: DirectSubject, parts: Parts) -> Observation:
    link = next((row.get("downloadPath") for row in parts.rows("file")), None)
    if not isinstance(link, str):
        raise NotSeenError
    return Observation("open" if subject.client.opens_unsigned(subject.company, link) else "signed_in")


FILES: Final = (
    Question(
        name="files_sort",
        fact="order of files",
        sources="businessDate only; an example sorts by uploadDate",
        outcomes={
            "business_date_only": Meaning("uploadDate is refused", "sorts by businessDate"),
            "both": Meaning("uploadDate is accepted too", "sorts by businessDate"),
        },
        unseen="answer about files",
        fields={
            f"by_{label}_date": page("files", "id", order=({f"{label}Date": ASCENDING},))
            for label in ("business", "upload")
        },
        ask=_files_sort,
    ),
    Question(
        name="refusals",
        fact="words of a refusal",
        sources="a key, or English text; the list of keys is not public",
        outcomes={
            "keys": Meaning("a key", "explains those that are published, shows the others"),
            "texts": Meaning("text", "shows it as it is"),
        },
        unseen="refusal of an order of files",
        fields={"refused": page("files", "id", order=({"uploadDate": ASCENDING},))},
        ask=_refusals,
    ),
    Question(
        name="file_links",
        fact="links to files",
        sources="valid for ten minutes; silent about signing in",
        outcomes={
            "open": Meaning("work without signing in", "leaves them out of its records"),
            "signed_in": Meaning("need key and token", "leaves them out of its records"),
        },
        unseen="file",
        fields={"file": page("files", "downloadPath")},
        ask=_file_links,
    ),
)
