"""Where contents go: names that no server can lead astray, and files that are there whole or not at all."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sage_active.client import Company
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import SERVER_ERROR, Api
from sage_active.http.request import Sink
from sage_active.resources.files import DOWNLOADING
from source_sage_active.content_places import FolderPlace, RecordPlace, RefusedContentError

COMPANY = Company("0b9e", "Muster", "DE", "READY", usable=True)
TEXTS = st.text(max_size=300) | st.sampled_from(["..", "../../x", "/etc/passwd", ".", "a/b", "x\0y", "ä" * 300, None])


def row(row_id: Any = "98f7.pdf", **members: Any) -> dict[str, Any]:
    """A row of a file."""
    return {"id": row_id, "fileName": "contract", "type": "pdf", "size": 5, **members}


def in_folder(folder: Path) -> FolderPlace:
    """A folder that files are put into."""
    return FolderPlace(
        str(folder), DOWNLOADING.path, key="id", name=DOWNLOADING.name, extension=DOWNLOADING.extension, size="size"
    )


def brings(content: bytes) -> Any:
    """A download that succeeds at the second try."""

    def fetch(sink: Sink) -> bool:
        sink.begin()
        sink.write(b"half of")
        sink.begin()
        sink.write(content)
        return True

    return fetch


def test_a_file_lies_by_its_id_and_name(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    assert store.put(COMPANY, row(), brings(b"bytes")) == b'"0b9e/98f7-contract.pdf"'
    assert (tmp_path / "0b9e" / "98f7-contract.pdf").read_bytes() == b"bytes"
    # It is there.
    assert store.put(COMPANY, row(), lambda _: False) == b'"0b9e/98f7-contract.pdf"'


@settings(max_examples=200)
@given(row_id=TEXTS, name=TEXTS, extension=TEXTS, company_id=TEXTS.filter(bool))
def test_no_name_leads_out_of_the_folder(
    tmp_path_factory: pytest.TempPathFactory, row_id: Any, name: Any, extension: Any, company_id: Any
) -> None:
    folder = tmp_path_factory.mktemp("files")
    company = Company(company_id, "Muster", "DE", "READY", usable=True)
    store = in_folder(folder)
    assert store.put(company, row(row_id, fileName=name, type=extension), brings(b"bytes"))
    (file,) = [path for path in folder.rglob("*") if path.is_file()]
    assert file.resolve().is_relative_to(folder.resolve())
    assert file.read_bytes() == b"bytes"


def test_two_files_have_two_places(tmp_path: Path) -> None:
    store = in_folder(tmp_path)
    paths = {store.put(COMPANY, row(row_id), brings(b"bytes")) for row_id in ("a/b.pdf", "a_b.pdf", "a\\b.pdf", "..")}
    assert len(paths) == 4


@pytest.mark.parametrize("error", [Errors(Api.DIRECT, "").of(SERVER_ERROR), None])
def test_half_a_file_does_not_stay(tmp_path: Path, error: SageActiveError | None) -> None:
    def fetch(sink: Sink) -> bool:
        sink.begin()
        sink.write(b"half")
        if error:
            raise error
        return False

    store = in_folder(tmp_path)
    if error:
        with pytest.raises(SageActiveError):
            store.put(COMPANY, row(), fetch)
    else:
        assert store.put(COMPANY, row(), fetch) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_record_carries_so_much(tmp_path: Path) -> None:
    store = RecordPlace(DOWNLOADING)
    assert store.put(COMPANY, row(), brings(b"bytes")) == b'"Ynl0ZXM="'
    with pytest.raises(RefusedContentError, match="20 MB"):
        store.put(COMPANY, row(size=(20 << 20) + 1), brings(b"bytes"))
    with pytest.raises(RefusedContentError, match="20 MB"):
        store.put(COMPANY, row(size=None), brings(b"x" * ((20 << 20) + 1)))
    assert (store.held(row()), store.held(row(size=None)), store.held(row(size=1 << 30))) == (5, 20 << 20, 0)
