"""Files on their way up: names, requests of several parts, room in memory, and what is never sent twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from sage_active.client import Company
from sage_active.direct.contract import Contract
from sage_active.direct.inputs import write_model
from sage_active.direct.uploads import Uploads, encoded
from sage_active.errors import Errors
from sage_active.faults import FILE_UNREADABLE, SERVER_ERROR, Api
from sage_active.resources.table import RESOURCE_BY_NAME
from sage_active.room import Room
from sage_active.uploads import UnreadableFileError, Upload, split_name
from sage_active.writing import Command, Done, Operation, Refused, Reply, Unknown
from sage_active_sandbox.graphql_api.multipart import decode_multipart

RESOURCE = RESOURCE_BY_NAME["files"]
assert RESOURCE.direct
MODEL = write_model(Contract(), RESOURCE, RESOURCE.direct)
COMPANY = Company("c1", "Muster", "DE", "READY", usable=True)
ERRORS = Errors(Api.DIRECT, "sage-active-de")


@pytest.mark.parametrize(
    ("name", "extension", "parts"),
    [
        ("contract.pdf", None, ("contract", "pdf")),
        ("contract.pdf", "PDF", ("contract", "PDF")),
        ("contract", "pdf", ("contract", "pdf")),
        ("contract.v2", "pdf", ("contract.v2", "pdf")),
        ("contract", ".pdf", ("contract", "pdf")),
        ("report.2024", None, ("report.2024", "")),
        ("archive.tar.gz", None, ("archive.tar", "gz")),
        (".profile", None, (".profile", "")),
        (" contract ", "", ("contract", "")),
        ("", "pdf", ("", "pdf")),
    ],
)
def test_names_are_split_once(name: str, extension: str | None, parts: tuple[str, str]) -> None:
    assert split_name(name, extension) == parts
    # What was split stays as it is, so that it is found again.
    assert split_name(*parts) == parts


def test_a_file_travels_as_a_part_of_its_own() -> None:
    content = bytes(range(256)) + b"\r\n--x\r\n"
    document = {"query": "mutation", "variables": {"i0": {"file": upload(content), "comment": "Größe"}}}
    body, headers = encoded(document)
    assert headers["GraphQL-preflight"] == "1"
    decoded = decode_multipart(headers["Content-Type"], body)
    file = decoded["variables"]["i0"].pop("file")
    assert decoded == {"query": "mutation", "variables": {"i0": {"comment": "Größe"}}}
    assert (file.file_name, file.media_type, file.content) == ("contract.pdf", "application/pdf", content)
    assert encoded({"query": "mutation", "variables": {"i0": {}}})[1] == {}


def upload(content: bytes = b"%PDF-1") -> Upload:
    """A file with this content."""
    return Upload("contract", "pdf", len(content), lambda: content)


def test_no_content_is_in_what_a_log_could_show() -> None:
    assert "%PDF-1" not in repr(upload())


class TestOneRun:
    """What it has sent, it knows."""

    @pytest.fixture
    def uploads(self) -> Uploads:
        """Those of a run that asks nobody."""
        return Uploads(ERRORS, cast(Any, None), cast(Any, None))

    def send(self, uploads: Uploads, reply: Reply | Exception) -> Reply:
        """What becomes of a file that is answered so."""
        file = upload()
        sent = {"entityType": "CUSTOMER", "entityId": "A", "fileName": "contract", "file": file}

        def answer() -> Reply:
            if isinstance(reply, Exception):
                raise reply
            return reply

        return uploads.send(COMPANY, MODEL, Command(Operation.CREATE, RESOURCE, sent), file, answer)

    def test_what_had_no_outcome_is_not_sent_again(self, uploads: Uploads) -> None:
        lost = self.send(uploads, Unknown(ERRORS.of(SERVER_ERROR), may_still=False))
        assert isinstance(lost, Unknown)
        assert lost.may_still
        again = self.send(uploads, AssertionError("it was sent again"))
        assert isinstance(again, Unknown)
        assert not again.may_still

    def test_what_was_refused_or_never_left_may_be_sent_again(self, uploads: Uploads) -> None:
        unreadable = self.send(uploads, UnreadableFileError("it has changed"))
        assert isinstance(unreadable, Refused)
        assert unreadable.error.fault is FILE_UNREADABLE
        with pytest.raises(type(ERRORS.of(SERVER_ERROR))):
            self.send(uploads, ERRORS.of(SERVER_ERROR))
        assert self.send(uploads, Done("1.pdf")) == Done("1.pdf")


def test_room_is_for_many_small_or_one_large() -> None:
    room, inside, most, lock = Room(10), 0, 0, threading.Lock()

    def hold(size: int) -> None:
        nonlocal inside, most
        with room.of(size):
            with lock:
                inside += size
                most = max(most, inside)
                assert inside <= 10 or inside == size
            with lock:
                inside -= size

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(hold, [3, 7, 20, 1, 10, 4] * 20))
    assert most == 20
