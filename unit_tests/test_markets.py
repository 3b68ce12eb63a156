"""Several markets in one configuration: keys, addresses, and which market a company is reached through."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from destination_sage_active.write.company_locks import scope_of
from sage_active.client import Company
from sage_active.companies import resolve_companies, usable_companies
from sage_active.company_list import list_markets, market_remarks
from sage_active.config import CompanySelection, validated
from sage_active.errors import Errors, SageActiveError
from sage_active.faults import UNREACHABLE, Api
from sage_active.masking import secrets_of, texts_of
from source_sage_active.configuration import SourceConfig, specification

DE, ES, FR = "sage-active-de", "sage-active-es", "sage-active-fr"
DIRECT: dict[str, Any] = {
    "auth_type": "token",
    "target_system": DE,
    "client_id": "the-client-id",
    "subscription_key": "the-german-key",
    "refresh_token": "the-refresh-token",
    "further_markets": [
        {"target_system": ES, "subscription_key": "the-spanish-key"},
        {"target_system": FR, "subscription_key": "the-french-key"},
    ],
}
MAESN: dict[str, Any] = {
    "auth_type": "maesn",
    "target_system": DE,
    "api_key": "the-api-key",
    "account_key": "the-german-account",
    "further_accounts": [{"target_system": FR, "account_key": "the-french-account"}],
}
SPEC = specification()["connectionSpecification"]


def refused(config: dict[str, Any]) -> str:
    """The message that a wrong configuration is answered with."""
    with pytest.raises(SageActiveError) as raised:
        validated(SourceConfig, config)
    return str(raised.value)


def company(identifier: str, market: str, *, usable: bool = True) -> Company:
    """A company as a market lists it."""
    return Company(identifier, f"Company {identifier}", market, "READY", usable)


def unreachable(target_system: str) -> SageActiveError:
    """The error of a market that does not answer."""
    return Errors(Api.DIRECT, target_system).of(UNREACHABLE, detail="nobody answers")


def test_the_key_of_each_market_is_known_and_secret() -> None:
    direct = validated(SourceConfig, {"credentials": DIRECT}).credentials
    assert direct.keys == {DE: "the-german-key", ES: "the-spanish-key", FR: "the-french-key"}
    assert {"the-german-key", "the-spanish-key", "the-french-key"} < set(direct.secrets())
    maesn = validated(SourceConfig, {"credentials": MAESN}).credentials
    assert maesn.keys == {DE: "the-german-account", FR: "the-french-account"}
    assert set(maesn.secrets()) == {"the-api-key", "the-german-account", "the-french-account"}


def test_a_configuration_without_further_markets_is_as_it_was() -> None:
    known = {name: value for name, value in DIRECT.items() if name != "further_markets"}
    config = validated(SourceConfig, {"credentials": known})
    assert config.credentials.keys == {DE: "the-german-key"}


def test_each_market_has_its_own_address_and_all_have_one_sign_in() -> None:
    config = validated(SourceConfig, {"credentials": DIRECT})
    assert config.endpoints_of(FR).graphql == "https://api.fr.active.sage.com/graphql"
    assert config.endpoints_of("") == config.endpoints_of(DE) == config.endpoints
    assert config.endpoints_of(FR).token == config.endpoints.token


@pytest.mark.parametrize(
    ("further", "problem"),
    [
        ([{"target_system": DE, "subscription_key": "the-other-key"}], "sage-active-de is listed twice"),
        ([{"target_system": FR, "subscription_key": key} for key in ("the-key-1", "the-key-2")], "is listed twice"),
        ([{"target_system": "sage-active-pt", "subscription_key": "the-other-key"}], "further_markets.0.target_system"),
        ([{"target_system": FR}], "further_markets.0.subscription_key"),
        ({"target_system": FR, "subscription_key": "the-other-key"}, "further_markets"),
    ],
)
def test_a_wrong_list_is_named_without_its_keys(further: Any, problem: str) -> None:
    config = {"credentials": {**DIRECT, "further_markets": further}}
    message = refused(config)
    assert problem in message
    assert "-key-" not in message.replace("subscription_key", "")
    assert "the-other-key" not in message
    # They are masked before anybody looks whether the configuration is valid.
    hidden = texts_of(secrets_of(SPEC, config))
    elements = further if isinstance(further, list) else [further]
    assert {element["subscription_key"] for element in elements if "subscription_key" in element} <= set(hidden)


def test_a_market_that_refuses_does_not_stop_the_others() -> None:
    def ask(target_system: str) -> list[Company]:
        if target_system == ES:
            raise unreachable(ES)
        return [company(target_system[-2:], target_system[-2:].upper())]

    found = list_markets([DE, ES, FR], ask)
    assert [(one.id, one.target_system) for one in found.companies] == [("de", DE), ("fr", FR)]
    assert str(found.refused[ES]).startswith("Market sage-active-es: ")
    assert market_remarks([DE, ES, FR], found) == [
        "Markets: sage-active-de: 1 usable company; sage-active-es: not listed (unreachable); "
        "sage-active-fr: 1 usable company."
    ]
    with pytest.raises(SageActiveError, match="Market sage-active-es"):
        found.whole()
    with pytest.raises(SageActiveError, match="nobody answers"):
        list_markets([ES], ask)


def test_no_market_waits_for_another_one() -> None:
    # Each waits until all are asked; the one that is configured first answers last.
    together, others_answered = threading.Barrier(3), threading.Semaphore(0)

    def ask(target_system: str) -> list[Company]:
        together.wait(10)
        if target_system == DE:
            assert all(others_answered.acquire(timeout=10) for _ in (ES, FR))
        others_answered.release()
        return [company(target_system, target_system[-2:].upper())]

    assert [one.id for one in list_markets([DE, ES, FR], ask).companies] == [DE, ES, FR]
    threads: list[threading.Thread] = []

    def ask_alone(target_system: str) -> list[Company]:
        threads.append(threading.current_thread())
        return []

    list_markets([DE], ask_alone)
    assert threads == [threading.current_thread()]


def test_where_all_markets_refuse_each_error_names_its_market(caplog: pytest.LogCaptureFixture) -> None:
    def ask(target_system: str) -> list[Company]:
        raise unreachable(target_system)

    with pytest.raises(SageActiveError, match=f"^Market {DE}: .*nobody answers"):
        list_markets([DE, ES, FR], ask)
    assert [message.split(": ")[0] for message in caplog.messages] == [f"Market {ES}", f"Market {FR}"]


def test_a_company_is_reached_through_the_market_that_lists_it_as_usable() -> None:
    listed = {
        DE: [company("x", "ES", usable=False), company("y", "DE", usable=False)],
        FR: [company("x", "ES"), company("y", "DE")],
    }
    found = list_markets([DE, FR], lambda target_system: listed[target_system])
    assert [(one.id, one.target_system) for one in found.companies if one.usable] == [("x", FR), ("y", FR)]


def test_a_company_that_several_markets_list_is_reached_through_its_own() -> None:
    listed = {
        DE: [company("a", "DE"), company("b", "FR"), company("c", "PT"), company("none", "DE", usable=False)],
        FR: [company("a", "DE"), company("b", "FR"), company("c", "PT"), company("none", "FR", usable=False)],
    }
    found = list_markets([DE, FR], lambda target_system: listed[target_system])
    assert [(one.id, one.target_system) for one in found.companies] == [
        ("a", DE),
        ("c", DE),
        ("none", DE),
        ("b", FR),
        ("none", FR),
    ]


def test_a_company_is_locked_in_its_own_market_whichever_one_lists_it() -> None:
    several = validated(SourceConfig, {"credentials": DIRECT})
    french = {"auth_type": "token", "target_system": FR, "subscription_key": "the-french-key"}
    alone = validated(SourceConfig, {"credentials": {**DIRECT, **french, "further_markets": []}})
    of_france = [replace(company("a", "FR"), target_system=reached) for reached in (DE, FR)]
    scopes = {scope_of(config)(one) for config in (several, alone) for one in of_france}
    assert scopes == {"https://api.fr.active.sage.com/graphql"}
    german, elsewhere = (replace(company("a", market), target_system=DE) for market in ("DE", "PT"))
    assert {scope_of(several)(one) for one in (german, elsewhere)} == {"https://api.de.active.sage.com/graphql"}


def test_the_same_id_in_two_markets_is_refused_by_name() -> None:
    listed = {DE: [company("a", "DE"), company("b", "DE")], FR: [company("a", "FR")]}
    found = list_markets([DE, FR], lambda target_system: listed[target_system])
    chosen, errors = usable_companies([], found.companies)
    assert [one.id for one in chosen] == ["b"]
    assert "'a'" in str(errors[0])


def test_what_nobody_lists_is_taken_for_a_company_of_the_market_that_refused() -> None:
    listed, error = [company("a", "DE"), company("b", "DE", usable=False)], unreachable(FR)
    assert usable_companies([], listed, [error]) == (listed[:1], [error])
    wanted = [CompanySelection(company_id=name) for name in ("a", "elsewhere")]
    assert usable_companies(wanted, listed, [error]) == (listed[:1], [error])
    # All that is wanted is there: the other market is of no concern.
    assert resolve_companies(wanted[:1], listed, [error]) == listed[:1]
    with pytest.raises(SageActiveError, match="nobody answers"):
        resolve_companies(wanted, listed, [error])
    with pytest.raises(SageActiveError, match="cannot be used"):
        resolve_companies([CompanySelection(company_id="b")], listed, [error])
