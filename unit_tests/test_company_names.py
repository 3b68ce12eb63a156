"""Companies by their names as people read them: without blanks around them, in one form of Unicode."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.input.routing import Routing
from destination_sage_active.options.stream_target import CompanyMapping
from sage_active.client import Company
from sage_active.companies import matching, resolve_companies
from sage_active.config import CompanySelection
from sage_active.errors import SageActiveError

NAME = "Bärwald Feinmechanik GmbH"
SPELLINGS = [
    NAME,
    f"{NAME} ",
    f"\t{NAME}\u00a0",
    normalize("NFD", NAME),
    f" {normalize('NFD', NAME)}",
]


def company(number: int, name: str) -> Company:
    """A usable company."""
    return Company(f"id-{number}", name, "DE", "READY", True)


@pytest.mark.parametrize("listed", SPELLINGS)
@pytest.mark.parametrize("wanted", SPELLINGS)
def test_spellings_that_look_the_same_are_one_name(listed: str, wanted: str) -> None:
    companies = [company(1, listed), company(2, "Other GmbH")]
    assert resolve_companies([CompanySelection(company_id=wanted)], companies) == companies[:1]
    routing = Routing(companies, [CompanyMapping(source_company_id=listed, company_id=wanted)])
    assert routing.company(wanted) == companies[0]


def test_an_exact_hit_comes_first() -> None:
    companies = [company(1, NAME), company(2, f"{NAME} "), company(3, normalize("NFD", NAME))]
    for candidate in companies:
        assert resolve_companies([CompanySelection(company_id=candidate.name)], companies) == [candidate]
        routing = Routing(companies, [CompanyMapping(source_company_id="x", company_id=candidate.name)])
        assert routing.company("x") == candidate


def test_several_that_only_look_the_same_are_ambiguous() -> None:
    companies = [company(1, f"{NAME} "), company(2, normalize("NFD", NAME))]
    with pytest.raises(SageActiveError, match="Several companies"):
        resolve_companies([CompanySelection(company_id=NAME)], companies)
    with pytest.raises(SageActiveError, match="several of the companies"):
        Routing(companies, [CompanyMapping(source_company_id="x", company_id=NAME)])


def test_redirections_that_look_the_same_are_told_apart_by_the_exact_text() -> None:
    companies = [company(1, "One"), company(2, "Two")]
    mappings = [
        CompanyMapping(source_company_id="a", company_id="One"),
        CompanyMapping(source_company_id="a ", company_id="Two"),
    ]
    assert [Routing(companies, mappings).company(name) for name in ("a", "a ")] == companies


def test_blanks_around_an_id_do_not_matter() -> None:
    assert resolve_companies([CompanySelection(company_id=" ID-1 ")], [company(1, "One")]) == [company(1, "One")]


@pytest.mark.parametrize("blank", ["", " ", "\t\u00a0"])
def test_a_blank_is_not_a_name(blank: str) -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        CompanySelection(company_id=blank)


@given(name=st.text(min_size=1), blanks=st.sampled_from(["", " ", "\n"]))
def test_any_name_is_found_as_it_is_listed_and_as_a_form_sends_it(name: str, blanks: str) -> None:
    listed = [company(1, name)]
    assert matching(name, listed) == listed
    for sent in (normalize("NFC", name), normalize("NFD", name)):
        assert matching(sent.strip() + blanks, listed) == listed
