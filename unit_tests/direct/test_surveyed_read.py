"""What a census asks in place of a read: written once for all companies, whatever other threads do meanwhile."""

from datetime import datetime, timezone
from typing import Any

import pytest

from sage_active.client import Company, ReadRequest
from sage_active.direct.contract import Contract
from sage_active.direct.field_selection import FieldSelection
from sage_active.direct.query import Shape
from sage_active.direct.strategies.selection import row_fields
from sage_active.direct.surveyed_read import SINCE, SurveyedRead, surveyed_read
from sage_active.markets import DIRECT
from sage_active.resources.table import RESOURCE_BY_NAME

PAGE_SIZE = 500
DAY = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Forgetful(dict[Any, Any]):
    """Another thread clears it right after something was put into it."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.clear()


@pytest.fixture
def selection() -> FieldSelection:
    """All fields of customers."""
    binding = RESOURCE_BY_NAME["customers"].on(DIRECT)
    return FieldSelection(row_fields(Contract(), binding), binding)


def read_of(selection: FieldSelection, since: datetime | None = None) -> SurveyedRead:
    """A read of customers."""
    company = Company("c1", "One", "DE", "READY", usable=True)
    request = ReadRequest(RESOURCE_BY_NAME["customers"], company, {}, since=since)
    read = surveyed_read(request, Contract(), selection, Shape(), PAGE_SIZE)
    assert read is not None
    return read


def test_what_is_kept_may_be_cleared_by_another_thread(selection: FieldSelection) -> None:
    expected = read_of(selection).first()
    selection.questions = Forgetful()
    assert read_of(selection).first() == expected
    assert not selection.questions


def test_companies_share_the_text_and_differ_by_the_moment(selection: FieldSelection) -> None:
    first, second = (read_of(selection, DAY.replace(day=day)).first() for day in (1, 2))
    assert len(selection.questions) == 1
    assert first.text == second.text
    assert first.variables[SINCE].value != second.variables[SINCE].value
