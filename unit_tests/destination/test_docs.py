"""The destination's page of the documentation says what the code says."""

import json
import re
from pathlib import Path

from destination_sage_active.configuration import specification
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.resource import CREATE
from sage_active.resources.table import offered

PAGE = (Path(__file__).parents[2] / "docs" / "destinations" / "sage-active.md").read_text(encoding="utf-8")
OPTIONS = specification()["connectionSpecification"]["properties"]


def rows_below(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = PAGE.partition(f"\n{heading}\n")[2]
    lines = re.findall(r"^\|(.*)\|$", re.split(r"\n#+ ", section)[0], flags=re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def test_options_and_their_defaults_are_those_of_the_specification() -> None:
    expected = {
        name: json.dumps(option["default"]) if option.get("default") is not None else "none"
        for name, option in OPTIONS.items()
        if name != "credentials"
    } | {"companies": "required", "streams": "[]", "company_map": "[]", "allow_external_effects": "[]"}
    documented = {cells[0].strip("`"): cells[1].strip("`") for cells in rows_below("### Options")}
    assert documented == expected


def test_limits_are_those_of_the_specification() -> None:
    meanings = {cells[0].strip("`"): cells[2] for cells in rows_below("### Options")}
    for name in ("settle_seconds", "num_workers"):
        assert f"at most {OPTIONS[name]['maximum']}" in meanings[name]
    assert "than this share of at least 20 records" in meanings["max_rejected_percent"]


def test_keys_are_those_of_the_register() -> None:
    written = {resource.name: resource for resource in offered(DIRECT, CREATE)}
    names = "|".join(written)
    table_rows = re.findall(rf"^\| ((?:{names})(?:, (?:{names}))*) \|([^|]*)\|([^|]*)\|$", PAGE, flags=re.MULTILINE)
    documented = []
    for objects, directly, through_maesn in table_rows:
        for name in objects.split(", "):
            documented.append(name)
            direct, maesn = written[name].direct, written[name].maesn
            assert direct is not None
            assert _quoted(directly)[: len(direct.keys)] == list(map(str, direct.keys))
            assert set(direct.document_keys) <= set(_quoted(directly))
            if maesn is None or (MAESN, CREATE) not in written[name].built:
                assert through_maesn.strip() == "not offered"
                continue
            assert _quoted(through_maesn)[: len(maesn.keys)] == list(maesn.keys)
            assert set(maesn.document_keys) <= set(_quoted(through_maesn))
    assert sorted(documented) == sorted(written)


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
