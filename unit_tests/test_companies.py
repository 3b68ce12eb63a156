"""Which companies a configuration means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sage_active.client import Company
from sage_active.companies import names, resolve_companies, usable_companies
from sage_active.config import CompanySelection
from sage_active.errors import SageActiveError
from sage_active.faults import Kind


def company(identifier: str, name: str, *, usable: bool = True, environment: str | None = None) -> Company:
    """A listed company."""
    return Company(identifier, name, "DE", "READY" if usable else "DRAFT", usable, environment)


def wanted(*identifiers: str, environment: str | None = None) -> list[CompanySelection]:
    """A configuration's list."""
    return [CompanySelection(company_id=identifier, environment_name=environment) for identifier in identifiers]


LISTED = [
    company("1", "Alpha", environment="e1"),
    company("2", "Beta"),
    company("3", "Gamma", usable=False),
    company("4", "Twin"),
    company("5", "Twin"),
    company("6", "Half"),
    company("7", "Half", usable=False),
    company("8", "1"),
]


def refused(*identifiers: str, listed: list[Company] | None = None) -> str:
    """The message for a selection that is not possible."""
    with pytest.raises(SageActiveError) as raised:
        resolve_companies(wanted(*identifiers), LISTED if listed is None else listed)
    assert raised.value.fault.kind is Kind.CONFIGURATION
    return str(raised.value)


def test_nothing_configured_means_every_usable_company() -> None:
    assert [company_.id for company_ in resolve_companies([], LISTED)] == ["1", "2", "4", "5", "6", "8"]


@given(st.lists(st.sampled_from(["1", "2", "4", "5", "6", "8"]), min_size=1, max_size=8))
def test_ids_come_in_the_configured_order_each_once(identifiers: list[str]) -> None:
    assert [company_.id for company_ in resolve_companies(wanted(*identifiers), LISTED)] == list(
        dict.fromkeys(identifiers)
    )


def test_names_are_exact() -> None:
    assert [company_.id for company_ in resolve_companies(wanted("Beta"), LISTED)] == ["2"]
    assert "'beta'" in refused("beta")


def test_an_id_wins_over_a_name() -> None:
    assert [company_.name for company_ in resolve_companies(wanted("1"), LISTED)] == ["Alpha"]


def test_ids_may_be_written_in_capitals() -> None:
    lower = company("39fb5540-bdea-4807-96d8-92c22f591448", "Alpha")
    other = company("2", lower.id.upper())
    for listed in ([lower, other], [other, lower]):
        assert resolve_companies(wanted(lower.id.upper(), lower.id), listed) == [lower]
    assert "no company 'ALPHA'" in refused("ALPHA")


def test_a_name_and_its_id_are_one_company() -> None:
    assert [company_.id for company_ in resolve_companies(wanted("Alpha", "1"), LISTED)] == ["1"]


def test_a_name_that_only_one_usable_company_has() -> None:
    assert [company_.id for company_ in resolve_companies(wanted("Half"), LISTED)] == ["6"]


def test_environments_are_looked_up_and_can_be_overridden() -> None:
    assert resolve_companies(wanted("1"), LISTED)[0].environment_name == "e1"
    assert resolve_companies(wanted("1", environment="mine"), LISTED)[0].environment_name == "mine"


@pytest.mark.parametrize(
    ("identifier", "problem"),
    [
        ("unknown", "has no company 'unknown'"),
        ("3", "cannot be used"),
        ("Gamma", "DRAFT"),
        ("Twin", "Several companies"),
    ],
)
def test_messages_list_what_can_be_used(identifier: str, problem: str) -> None:
    message = refused("1", identifier)
    assert problem in message
    assert "'Beta' (2)" in message
    assert "'Twin' (4), 'Twin' (5)" in message
    assert "Gamma' (3)" not in message


def test_nothing_can_be_used() -> None:
    assert "lists 0 companies" in refused(listed=[])
    assert "lists 1 company," in refused(listed=[company("3", "Gamma", usable=False)])
    assert "Usable companies: none" in refused("3", listed=[company("3", "Gamma", usable=False)])


def test_names_with_braces_do_not_confuse_the_message() -> None:
    assert "'{detail} {0}' (9)" in refused("unknown", listed=[company("9", "{detail} {0}")])


def test_how_companies_are_listed() -> None:
    assert names(LISTED[:2]) == "'Alpha' (1), 'Beta' (2)"
    assert LISTED[0].label == "Company 'Alpha' (1)"


def test_one_company_listed_twice_is_one() -> None:
    assert [company_.id for company_ in resolve_companies([], [company("1", "Alpha"), company("1", "Alpha")])] == ["1"]


SAME_ID = [company("1", "Alpha", environment="e1"), company("1", "Beta", environment="e2"), company("2", "Gamma")]


def test_companies_of_one_id_are_told_apart_by_their_environment() -> None:
    message = refused("1", listed=SAME_ID)
    assert "Several companies have the id '1': 'Alpha' (1), 'Beta' (1)." in message
    assert "`environment_name` of the right one: 'e1', 'e2'" in message
    # The remedy works.
    (chosen,) = resolve_companies(wanted("1", environment="e2"), SAME_ID)
    assert chosen.name == "Beta"


def test_companies_that_cannot_be_told_apart_leave_the_others_alone() -> None:
    listed = [company("1", "Alpha"), company("1", "Beta"), company("2", "Gamma")]
    message = refused("1", listed=listed)
    assert "cannot be told apart" in message
    assert "put the ids of the other companies into `companies`" in message
    assert [company_.id for company_ in resolve_companies(wanted("2"), listed)] == ["2"]
    chosen, errors = usable_companies([], listed)
    assert [company_.id for company_ in chosen] == ["2"]
    assert [str(error) for error in errors] == [message]
    with pytest.raises(SageActiveError, match="Several companies have the id"):
        resolve_companies([], listed)


def test_a_name_without_end_is_cut() -> None:
    assert len(company("1", "N" * 5_000_000).label) < 200
    assert len(names([company("1", "N" * 5_000_000)])) < 200
