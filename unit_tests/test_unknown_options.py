"""Options that a version does not know are named, never with their values, and change nothing."""

import logging
from typing import Any, Final

import pytest

from destination_sage_active.configuration import DestinationConfig
from sage_active.config import ConnectionConfig, validated
from sage_active.errors import SageActiveError
from sage_active.unknown_options import MOST_SHOWN, ignored_options
from source_sage_active.configuration import SourceConfig
from unit_tests.odd_servers import CREDENTIALS

VALUE: Final = "SECRET-VALUE"
COMPANY: Final = {"company_id": "c1"}


def config(connection: str = "direct", **options: Any) -> dict[str, Any]:
    """A configuration of the source."""
    return {"credentials": CREDENTIALS[connection], **options}


@pytest.mark.parametrize("connection", ["direct", "maesn"])
@pytest.mark.parametrize(
    ("model", "options", "named"),
    [
        (SourceConfig, {"surplus": VALUE}, "`surplus`"),
        (SourceConfig, {"companies": [COMPANY, {**COMPANY, "surplus": VALUE}]}, "`companies.1.surplus`"),
        (SourceConfig, {"dry_run": True}, "`dry_run`"),
        (DestinationConfig, {"companies": [COMPANY], "start_date": VALUE}, "`start_date`"),
        (
            DestinationConfig,
            {"companies": [COMPANY], "streams": [{"stream": "a", "object": "items", "surplus": VALUE}]},
            "`streams.0.surplus`",
        ),
        (
            DestinationConfig,
            {
                "companies": [COMPANY],
                "company_map": [{"source_company_id": "a", "company_id": "c1", "surplus": {"x": VALUE}}],
            },
            "`company_map.0.surplus`",
        ),
    ],
)
def test_an_unknown_option_is_named_and_ignored(
    connection: str,
    model: type[ConnectionConfig],
    options: dict[str, Any],
    named: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert validated(model, config(connection, **options))
    (warning,) = caplog.messages
    assert named in warning
    assert VALUE not in warning


@pytest.mark.parametrize("connection", ["direct", "maesn"])
def test_an_unknown_member_of_the_credentials(connection: str, caplog: pytest.LogCaptureFixture) -> None:
    credentials = {**CREDENTIALS[connection], "token_type": VALUE, "\x1b[2J": VALUE}
    with caplog.at_level(logging.WARNING, "airbyte"):
        settings = validated(SourceConfig, config() | {"credentials": credentials})
    assert VALUE not in settings.credentials.secrets()
    (warning,) = caplog.messages
    assert "`credentials.token_type`" in warning
    assert warning.isprintable()
    assert VALUE not in warning


def test_a_misspelt_name_is_named_beside_the_error(caplog: pytest.LogCaptureFixture) -> None:
    credentials = dict(CREDENTIALS["direct"])
    credentials["refreshtoken"] = credentials.pop("refresh_token")
    with caplog.at_level(logging.WARNING, "airbyte"), pytest.raises(SageActiveError, match="refresh_token"):
        validated(SourceConfig, {"credentials": credentials})
    assert "`credentials.refreshtoken`" in caplog.text


def test_names_of_the_platform_and_known_ones_are_not_mentioned() -> None:
    assert ignored_options(SourceConfig, config(__injected_manifest={}, num_workers=3, start_date=None)) is None


def test_many_are_cut() -> None:
    surplus = {f"option{number}" + "x" * 200: 1 for number in range(1000)}
    sentence = ignored_options(SourceConfig, config() | surplus)
    assert sentence
    assert sentence.count("`") == 2 * MOST_SHOWN
    assert len(sentence) < 2000


@pytest.mark.parametrize("odd", [5, "text", [5], [[{"a": 1}]], {"auth_type": ["x"]}, {"auth_type": "unknown", "x": 1}])
def test_odd_shapes_are_left_to_the_models(odd: Any) -> None:
    assert (
        ignored_options(SourceConfig, {"credentials": odd, "companies": [odd] if isinstance(odd, list) else 5}) is None
    )
