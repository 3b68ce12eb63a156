"""What `make test` runs a part of, because the rest says the same of other markets, faults and switches.

`make long-test` runs the rest.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import pytest

FOLDER: Final = "integration_tests/"
# Test -> of its parameter sets, one in so many belongs to `make test`; of the others see `MANY`.
ONE_IN: Final[Mapping[str, int]] = {
    "test_doctor.py::test_a_switch_is_seen_in_its_line": 4,
    "test_fuzz.py::test_spoilt_answers_end_by_name_and_tell_no_secret": 2,
    "rehearse/test_rehearse_kills.py::test_the_next_rehearsal_names_and_deletes_what_is_left": 5,
    "rehearse/test_rehearsed_faults.py::test_lost_answers_and_late_commits_leave_nothing": 4,
    "test_stream_switches.py::test_all_streams_under_several_settings": 6,
    "write/test_bill_switches.py::test_bills_are_posted_once": 2,
    "write/test_masters_copied.py::test_what_the_source_reads_is_what_is_there": 2,
    "write/test_payments.py::test_how_the_server_shows_values_does_not_matter": 2,
    "write/test_payments.py::test_the_other_markets": 2,
    "write/test_payments_never_twice.py::test_a_run_that_is_killed_has_paid_no_item_twice_when_it_runs_again": 2,
    "write/test_shared_numbers.py::test_append_rejects_the_second": 2,
    "write/test_torture.py::test_nothing_is_lost_or_twice": 2,
}


# Of every other test with at least so many parameter sets, one in three belongs to `make test`.
MANY: Final = 3
# Their markets follow different laws, and share one read each.
ALL_OF: Final = ("models/",)


def mark_long(items: Sequence[pytest.Item]) -> None:
    """Marks what is left to the long run."""
    ours = [item for item in items if item.nodeid.startswith(FOLDER)]
    names = [item.nodeid.partition("[")[0].removeprefix(FOLDER) for item in ours]
    sets, seen = Counter(names), Counter[str]()
    for item, name in zip(ours, names, strict=True):
        if name.startswith(ALL_OF):
            continue
        if seen[name] % ONE_IN.get(name, 3 if sets[name] >= MANY else 1):
            item.add_marker("long")
        seen[name] += 1
