"""Which company a record goes to."""

from dataclasses import replace

import pytest

from destination_sage_active.configuration import CompanyMapping
from destination_sage_active.prepare import Rejected
from destination_sage_active.routing import Routing
from sage_active.client import Company
from sage_active.errors import SageActiveError

ONE, TWO = (Company(id=f"id-{name}", name=name, market="DE", status=None, usable=True) for name in ("One", "Two"))


def mapping(source: str, company: str) -> CompanyMapping:
    """One entry of `company_map`."""
    return CompanyMapping(source_company_id=source, company_id=company)


@pytest.mark.parametrize("said", [None, "", "id-Two", "elsewhere"])
def test_a_single_company_takes_every_record(said: str | None) -> None:
    assert Routing([ONE], []).company(said) is ONE


@pytest.mark.parametrize(("said", "expected"), [("id-One", ONE), ("id-Two", TWO)])
def test_of_several_companies_the_record_names_one(said: str, expected: Company) -> None:
    assert Routing([ONE, TWO], []).company(said) is expected


@pytest.mark.parametrize("said", [None, "", "Two", "elsewhere", 5, ["id-One"]])
def test_a_record_that_names_none_of_several_companies_is_rejected(said: object) -> None:
    with pytest.raises(Rejected) as raised:
        Routing([ONE, TWO], []).company(said)
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
