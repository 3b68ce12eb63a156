"""The sandbox's switches, and all the other settings that each of them has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from sage_active_sandbox.switches import KINDS, Switches

# Other settings of the switches that are numbers.
NUMBERS: Mapping[str, float] = {
    "max_field_cost": 5000,
    "access_token_seconds": 62,
    "refresh_token_seconds": 900,
    "clock_offset_seconds": 600.0,
    "mutation_milliseconds": 3.0,
    "execution_seconds": 0.002,
    "scan_seconds": 0.3,
}

# Switches about objects that no torture reads or writes.
NOT_READ_HERE = (
    "aggregate_shape",
    "comparative_reports",
    "edition",
    "entry_numbers",
    "file_links",
    "files_sort",
    "maesn_planned",
    "negative_bills",
    "owned_dates_move",
    "preview_entries",
    "report_accounts",
    "report_line_types",
    "unmatching",
)


def settings(name: str) -> set[Any]:
    """All settings of a switch that has a few."""
    return {True, False} if KINDS[name] is bool else set(get_args(KINDS[name]))


def alternatives() -> Iterator[tuple[str, Any]]:
    """Every switch with each setting that is not the one it has at first."""
    for name, usual in Switches().as_dict().items():
        for value in sorted(settings(name) - {usual}, key=str) or [NUMBERS[name]]:
            yield name, value


def assert_varied_or_excused(name: str, varied: Mapping[str, Sequence[Any]], excused: Mapping[str, str]) -> None:
    """A switch that a torture leaves alone has a reason; one that it varies has all its settings."""
    assert (name in varied) is not bool(excused.get(name))
    if name in varied:
        assert len(set(varied[name])) >= 2
        assert set(varied[name]) == settings(name) or not settings(name)
