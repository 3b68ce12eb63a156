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
    "test_drift.py::test_fields_that_need_an_argument_are_not_offered": 2,
    "test_every_stream.py::test_all_streams_deliver_what_the_sandbox_holds": 2,
    "test_full_read.py::test_dates_that_were_never_set_count_as_null": 2,
    "test_fuzz.py::test_spoilt_answers_end_by_name_and_tell_no_secret": 2,
    "test_incremental.py::test_changes_of_a_contacts_channels_directly": 2,
    "test_incremental.py::test_rows_that_were_never_modified": 6,
    "test_incremental.py::test_rows_without_any_date_come_every_time": 2,
    "test_read_switches.py::test_all_unusual_settings_at_once": 2,
    "test_sign_in.py::test_signal_at_another_time_ends_at_once": 2,
    "test_stream_switches.py::test_all_streams_under_several_settings": 6,
    "terminals/test_terminals.py::test_the_picture_is_what_the_command_shows": 4,
    "rehearse/test_rehearse_kills.py::test_one_that_is_told_to_end_cleans_up_before": 2,
    "rehearse/test_rehearse_kills.py::test_the_next_rehearsal_names_and_deletes_what_is_left": 10,
    "rehearse/test_rehearsed_faults.py::test_lost_answers_and_late_commits_leave_nothing": 4,
    "write/test_accounts.py::test_documents_of_a_stream_that_has_failed_come_again": 2,
    "write/test_bill_switches.py::test_bills_are_posted_once": 2,
    "write/test_faults.py::test_refusals_and_lost_answers_together": 2,
    "write/test_journal_entries.py::test_an_entry_without_a_document_number_is_rejected": 2,
    "write/test_journal_entries.py::test_the_other_markets": 2,
    "write/test_line_origins.py::test_a_line_is_taken_over_once": 2,
    "write/test_locked_runs.py::test_a_second_run_gives_way_and_after_a_kill_every_record_is_there_once": 2,
    "write/test_masters.py::test_a_deleted_row_is_deactivated_where_that_is_wished_for": 2,
    "write/test_masters.py::test_all_of_them_in_the_other_markets": 2,
    "write/test_masters.py::test_two_hundred_records_are_written_once": 2,
    "write/test_masters_copied.py::test_what_the_source_reads_is_what_is_there": 2,
    "write/test_members.py::test_documents_are_found_by_their_document_key": 2,
    "write/test_payments.py::test_how_the_server_shows_values_does_not_matter": 2,
    "write/test_payments.py::test_the_other_markets": 2,
    "write/test_payments_never_twice.py::test_a_run_that_is_killed_has_paid_no_item_twice_when_it_runs_again": 2,
    "write/test_payments_never_twice.py::test_whatever_gets_lost_no_item_is_paid_twice": 5,
    "write/test_sales_documents.py::test_faults_cost_nothing_but_time": 2,
    "write/test_sales_documents.py::test_numbers_of_the_records_are_kept_where_that_is_wished_for": 2,
    "write/test_sales_documents.py::test_the_other_markets_take_them_as_well": 2,
    "write/test_shared_numbers.py::test_append_rejects_the_second": 2,
    "write/test_switches.py::test_each_setting_brings_every_record_once": 5,
    "write/test_torture.py::test_nothing_is_lost_or_twice": 2,
}


# Of every other test with at least so many parameter sets, one in three belongs to `make test`.
MANY: Final = 3
# Their markets follow different laws, and share one read each; no command stands for another.
ALL_OF: Final = ("models/", "test_every_command.py")


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
