"""Which company a record goes to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from destination_sage_active.input.routing import Routing
from destination_sage_active.options.stream_target import CompanyMapping
from destination_sage_active.record.rejection import Rejected
from sage_active.client import Company
from sage_active.errors import SageActiveError, configuration_error

ONE, TWO = (Company(id=f"id-{name}", name=name, market="DE", status=None, usable=True) for name in ("One", "Two"))


def mapping(source: str, company: str) -> CompanyMapping:
    """One entry of `company_map`."""
    return CompanyMapping(source_company_id=source, company_id=company)


@pytest.mark.parametrize("company_id", [None, "", "id-Two", "elsewhere"])
def test_a_single_company_takes_every_record(company_id: str | None) -> None:
    assert Routing([ONE], []).company(company_id) is ONE


@pytest.mark.parametrize(("company_id", "expected"), [("id-One", ONE), ("id-Two", TWO)])
def test_of_several_companies_the_record_names_one(company_id: str, expected: Company) -> None:
    assert Routing([ONE, TWO], []).company(company_id) is expected


@pytest.mark.parametrize("company_id", [None, "", "Two", "elsewhere", 5, ["id-One"]])
def test_a_record_that_names_none_of_several_companies_is_rejected(company_id: object) -> None:
    with pytest.raises(Rejected) as raised:
        Routing([ONE, TWO], []).company(company_id)
    assert (raised.value.field, raised.value.code) == ("company_id", "company-unknown")
    assert "elsewhere" not in raised.value.reason


def test_the_map_redirects_by_id_or_name() -> None:
    routing = Routing([ONE, TWO], [mapping("far", "id-One"), mapping("id-One", "Two")])
    assert (routing.company("far"), routing.company("id-One"), routing.company("id-Two")) == (ONE, TWO, TWO)


def test_a_map_that_leads_elsewhere_is_refused() -> None:
    with pytest.raises(SageActiveError, match=r"'id-Two'.*'One'"):
        Routing([ONE], [mapping("far", "id-Two")])


def test_a_map_that_leads_to_a_name_of_several_companies_is_refused() -> None:
    twin = replace(TWO, id="id-Twin")
    with pytest.raises(SageActiveError, match=r"'Two'.*id-Two.*id-Twin.*the id of the one"):
        Routing([ONE, TWO, twin], [mapping("far", "Two")])
    assert Routing([ONE, TWO, twin], [mapping("far", "id-Twin")]).company("far") is twin


FIRST, SECOND = "3f0f2a52-0000-4000-8000-00000000000a", "3f0f2a52-0000-4000-8000-00000000000b"


def test_a_single_company_takes_the_records_of_one_company_only() -> None:
    routing = Routing([replace(ONE, id=FIRST)], [])
    assert routing.company(SECOND).id == FIRST
    # Nothing was accepted yet: what was refused for another reason says nothing about the others.
    assert routing.company(FIRST).id == FIRST
    routing.accepted(FIRST)
    assert {
        routing.company(company_id).id for company_id in (FIRST, FIRST.upper(), f" {FIRST} ", None, "", "1000", 7)
    } == {FIRST}
    with pytest.raises(Rejected, match="`company_map`") as raised:
        routing.company(SECOND)
    assert (raised.value.field, raised.value.code) == ("company_id", "company-unknown")


def test_the_map_lets_a_second_company_in() -> None:
    routing = Routing([replace(ONE, id=FIRST)], [mapping(SECOND, FIRST)])
    routing.accepted(FIRST)
    assert routing.company(SECOND).id == FIRST
    assert not routing.has_own_ids(SECOND, routing.company(SECOND))


def test_what_is_not_the_id_of_a_company_is_ignored_and_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    routing = Routing([replace(ONE, id=FIRST)], [])
    for company_id in ("1000", "2000", 3000):
        company = routing.company(company_id)
        routing.accepted(company_id)
        assert routing.has_own_ids(company_id, company)
    assert len(caplog.records) == 1
    assert "1000" not in caplog.text
    assert not routing.has_own_ids(SECOND, routing.company(SECOND))


def test_where_ids_are_not_uuids_any_text_may_be_one() -> None:
    routing = Routing([replace(ONE, id="47/11")], [])
    routing.accepted("1000")
    with pytest.raises(Rejected):
        routing.company("2000")


SPELLINGS = (SECOND, SECOND.upper(), f" {SECOND} ", f"{{{SECOND.upper()}}}")


@pytest.mark.parametrize("company_id", SPELLINGS)
def test_an_id_is_the_same_in_capitals_in_braces_and_with_blanks(company_id: str) -> None:
    one, two = replace(ONE, id=FIRST), replace(TWO, id=SECOND)
    several = Routing([one, two], [])
    assert several.company(company_id) is two
    assert several.has_own_ids(company_id, two)
    redirecting = Routing([one], [mapping(company_id, FIRST)])
    assert all(redirecting.company(spelling) is one for spelling in SPELLINGS)
    single = Routing([one], [])
    single.accepted(FIRST)
    with pytest.raises(Rejected):
        single.company(company_id)


def test_the_map_redirects_a_number_however_it_is_written() -> None:
    routing = Routing([replace(ONE, id=FIRST), replace(TWO, id=SECOND)], [mapping("42", SECOND)])
    for company_id in (42, Decimal("42.0"), "42"):
        company = routing.company(company_id)
        assert company.id == SECOND
        assert not routing.has_own_ids(company_id, company)


def test_records_of_a_company_that_is_not_listed_end_in_no_other_one() -> None:
    refusal = configuration_error("Market sage-active-fr: refused.", "Correct the key.")
    routing = Routing([ONE], [mapping("far", "Elsewhere GmbH"), mapping("near", "id-One")], [refusal])
    assert [routing.company(name) for name in ("id-One", "near")] == [ONE, ONE]
    for name in ("id-Two", "far"):
        with pytest.raises(Rejected, match=r"no market lists\. Market sage-active-fr: refused") as raised:
            routing.company(name)
        assert (raised.value.field, raised.value.code) == ("company_id", "company-unlisted")
    with pytest.raises(Rejected, match="has no value, and it is not known which companies there are"):
        routing.company(None)
    with pytest.raises(Rejected, match="has no value, and there are several companies"):
        Routing([ONE, TWO], [], [refusal]).company(None)
