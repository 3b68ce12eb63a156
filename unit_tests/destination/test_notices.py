"""What the log says once at the end."""

import logging

import pytest

from destination_sage_active.record.key import RecordKey
from destination_sage_active.report.notices import MOST_NAMED, Notices


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "1 document has lines that its record lacks."),
        (2, "2 documents have lines that their records lack."),
        (MOST_NAMED + 3, "and 3 more"),
    ],
)
def test_kept_lines_are_reported_in_whole_sentences(
    count: int, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    notices = Notices(logging.getLogger("airbyte"))
    for number in range(count):
        notices.kept((None, "invoices"), RecordKey("externalReference", f"A{number}"))
    with caplog.at_level(logging.WARNING, logger="airbyte"):
        notices.tell({})
    assert sentence in caplog.text
