"""The parts of the image test that need no image: pip's settings for a build, and the judgement of what is inside."""

from typing import Any

import pytest

from integration_tests.images.contents import content_problems, description_problems
from integration_tests.images.machine import CERTIFICATES, pip_configuration, pip_settings
from integration_tests.images.run import BEGIN, END, PAGE, table, with_results

METADATA = {"dockerRepository": "airbyte/source-sage-active", "dockerImageTag": "0.1.0"}
DESCRIBED: dict[str, Any] = {
    "User": "airbyte",
    "Entrypoint": ["source-sage-active"],
    "Env": ["PATH=/bin", "AIRBYTE_ENTRYPOINT=source-sage-active"],
    "Labels": {"io.airbyte.name": "airbyte/source-sage-active", "io.airbyte.version": "0.1.0"},
}
FOUND: dict[str, Any] = {
    "user_id": 1000,
    "python": "3.13",
    "distributions": ["airbyte-cdk", "airbyte-sage-active", "setuptools"],
    "modules": [],
    "commands": [],
    "files": [],
    "tests": [],
    "origins": [],
    "uncompiled": [],
    "writable": False,
}


def test_settings_of_the_environment_win() -> None:
    listing = [":env:.timeout='180'", "global.timeout='15'", "global.cert='/a.pem'", "Nothing more"]
    assert dict(pip_settings(listing)) == {"timeout": "180", "cert": "/a.pem"}


def test_a_build_gets_the_ways_to_packages_that_exist_outside_this_machine() -> None:
    settings = {
        "cert": "/etc/own.pem",
        "extra-index-url": "file:///opt/a https://mirror.example/simple",
        "find-links": "/opt/wheels",
        "index-url": "/opt/simple",
        "timeout": "180",
    }
    assert pip_configuration(settings, certified=True).splitlines() == [
        "[global]",
        "extra-index-url = https://mirror.example/simple",
        "timeout = 180",
        f"cert = {CERTIFICATES}",
    ]
    assert pip_configuration({}, certified=False) == "[global]\n"


def test_an_image_as_it_should_be_has_no_problems() -> None:
    assert not list(description_problems(DESCRIBED, METADATA))
    assert not list(content_problems(FOUND, "3.13"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"Labels": None}, "label io.airbyte.name is None"),
        ({"Labels": {**DESCRIBED["Labels"], "io.airbyte.version": "0.0.9"}}, "label io.airbyte.version is '0.0.9'"),
        ({"User": "root"}, "user is 'root'"),
        ({"Entrypoint": ["sh"]}, "entry point is"),
        ({"Env": ["PATH=/bin"]}, "AIRBYTE_ENTRYPOINT"),
    ],
)
def test_a_wrong_description_is_told(change: dict[str, Any], problem: str) -> None:
    assert next(description_problems(DESCRIBED | change, METADATA)).startswith(problem)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"user_id": 0}, "user id is 0"),
        ({"python": "3.10"}, "Python is '3.10'"),
        ({"distributions": ["pip", "airbyte-cdk"]}, "distributions that do not belong there: pip"),
        ({"modules": ["sage_active_sandbox"]}, "modules that do not belong there: sage_active_sandbox"),
        ({"commands": ["gcc"]}, "commands that do not belong there: gcc"),
        ({"files": [CERTIFICATES]}, "files that do not belong there"),
        ({"origins": ["/opt/x/direct_url.json"]}, "origins that do not belong there"),
        ({"tests": ["/opt/x/tests"]}, "tests that do not belong there"),
        ({"uncompiled": ["a.py"]}, "1 modules without byte code, such as a.py"),
        ({"writable": True}, "its user may change"),
    ],
)
def test_a_wrong_content_is_told(change: dict[str, Any], problem: str) -> None:
    assert [found[: len(problem)] for found in content_problems(FOUND | change, "3.13")] == [problem]


def test_figures_replace_those_between_the_marks_of_the_page() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = with_results(page, "new\n\n")
    assert once == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert with_results(once, "new") == once
    assert with_results(PAGE.read_text(encoding="utf-8"), "| figures |")
    with pytest.raises(RuntimeError, match="has lost"):
        with_results("no marks", "new")


def test_a_table_has_columns_of_one_width() -> None:
    assert table(("image", "MiB"), [("base", "159")]) == ["| image | MiB |", "| ----- | --- |", "| base  | 159 |"]
