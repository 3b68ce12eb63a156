"""What the configuration says about final acts: never by default, refused where two options disagree, translated."""

from typing import Any, get_args

import pytest

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.options.final_acts import EffectName, FinalObject
from destination_sage_active.options.stream_target import InvoiceStatus, TargetState
from sage_active.config import validated
from sage_active.errors import SageActiveError
from sage_active.faults import Kind
from sage_active.markets import CONNECTIONS, DIRECT, MAESN
from sage_active.resources.lifecycle import OF_RECORD
from sage_active.resources.resource import CREATE
from sage_active.resources.table import RESOURCE_BY_NAME, RESOURCES, offered
from unit_tests.destination.configurations import configuration

INVOICES = RESOURCE_BY_NAME["invoices"]
CLOSED: dict[str, Any] = {"stream": "erp", "object": "invoices", "target_state": "closed"}
POSTED_BILLS: dict[str, Any] = {"stream": "erp", "object": "bills", "target_state": "posted"}
ALLOWED: dict[str, Any] = {"objects": ["invoices"]}


def config_of(connection: str = DIRECT, **options: Any) -> DestinationConfig:
    """The configuration with these options."""
    return validated(DestinationConfig, configuration(connection, **options))


def test_the_names_are_those_of_the_tables() -> None:
    final = [
        resource
        for resource in offered(DIRECT, CREATE)
        if resource.document or (resource.direct and resource.direct.creates_final)
    ]
    assert get_args(FinalObject) == tuple(resource.name for resource in final)
    bindings = [resource.direct for resource in RESOURCES if resource.direct]
    assert set(get_args(EffectName)) == {effect.member for binding in bindings for effect in binding.external_effects}
    lifecycles = [
        binding.lifecycle for resource in RESOURCES for binding in resource.bindings.values() if binding.lifecycle
    ]
    assert {state for lifecycle in lifecycles for state in lifecycle.states} <= set(get_args(TargetState))
    invoices = INVOICES.on(DIRECT).lifecycle
    assert invoices
    assert get_args(InvoiceStatus) == tuple(invoices.states)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_nothing_is_final_by_default(connection: str) -> None:
    config = config_of(connection)
    assert (config.allowed, config.translation) == (None, None)
    assert config.target_state(None, INVOICES) == "draft"
    assert "No final acts are allowed" in config.allowance


@pytest.mark.parametrize(
    ("connection", "options", "message"),
    [
        (DIRECT, {"streams": [CLOSED]}, "`final_acts` does not allow it"),
        (DIRECT, {"streams": [{**CLOSED, "target_state": "posted"}]}, '"objects": ["invoices"]'),
        (DIRECT, {"streams": [{**CLOSED, "object": "items"}], "final_acts": ALLOWED}, "items have no states"),
        (
            DIRECT,
            {"streams": [{**CLOSED, "target_state": "draft", "keep_numbers": True}]},
            "a draft document has no number",
        ),
        (DIRECT, {"streams": [{**CLOSED, "target_state": "open"}]}, "choose draft or closed or posted"),
        (
            DIRECT,
            {"streams": [{**CLOSED, "target_state": "open"}], "final_acts": ALLOWED},
            "is not a state of invoices",
        ),
        (DIRECT, {"streams": [{**CLOSED, "object": "bills"}]}, "choose draft or posted"),
        (DIRECT, {"streams": [POSTED_BILLS], "final_acts": ALLOWED}, '"objects": ["bills"]'),
        (MAESN, {"streams": [CLOSED], "final_acts": ALLOWED}, "`target_state` is not offered"),
        (MAESN, {"streams": [{**CLOSED, "target_state": None, "keep_numbers": True}]}, "`keep_numbers` is not offered"),
        (DIRECT, {"final_acts": {"objects": []}}, "`final_acts.objects`"),
        (DIRECT, {"final_acts": {"objects": ["items"]}}, "`final_acts.objects.0`"),
        (DIRECT, {"final_acts": {**ALLOWED, "pilot": -1}}, "`final_acts.pilot`"),
        (DIRECT, {"final_acts": {**ALLOWED, "max_per_run": 0}}, "`final_acts.max_per_run`"),
        (DIRECT, {"final_acts": {**ALLOWED, "not_before": "31.1.2026"}}, "`final_acts.not_before`"),
        (DIRECT, {"final_acts": {**ALLOWED, "not_before": "2026-02-01", "not_after": "2026-01-31"}}, "is later than"),
        (DIRECT, {"allow_external_effects": ["sendMail"]}, "`allow_external_effects.0`"),
    ],
)
def test_what_disagrees_or_is_not_offered_is_refused(connection: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SageActiveError) as refused:
        config_of(connection, **options)
    assert message in str(refused.value)
    assert refused.value.fault.kind is Kind.CONFIGURATION


@pytest.mark.parametrize(
    ("options", "state", "keeps"),
    [
        ({"invoice_status": "closed"}, "closed", False),
        ({"invoice_status": "posted"}, "posted", False),
        ({"keep_numbers": True}, "closed", True),
        ({"keep_numbers": True, "invoice_status": "posted"}, "posted", True),
    ],
)
def test_options_of_0_1_are_a_pilot_of_one(options: dict[str, Any], state: str, keeps: bool) -> None:
    config = config_of(**options)
    assert (config.target_state(None, INVOICES), config.keeps_numbers(None, INVOICES)) == (state, keeps)
    assert config.allowed is not None
    assert (config.allowed.objects, config.allowed.pilot) == (["invoices"], 1)
    assert config.translation is not None
    assert "pilot: 1" in config.translation
    assert f"`target_state: {state}`" in config.translation
    # Master data has no states, whatever is said of invoices.
    assert config.target_state(None, RESOURCE_BY_NAME["items"]) is None


@pytest.mark.parametrize(
    ("name", "states", "final"),
    [
        ("invoices", ["draft", "closed", "posted"], {"closed", "posted"}),
        ("sales_orders", ["open", "closed"], {"closed"}),
        ("quotes", ["open", "closed", "declined"], {"closed"}),
        ("delivery_notes", ["open", "closed"], {"closed"}),
    ],
)
def test_each_object_has_the_states_of_its_lifecycle(name: str, states: list[str], final: set[str]) -> None:
    resource = RESOURCE_BY_NAME[name]
    for state in get_args(TargetState):
        if state == OF_RECORD:
            continue
        stream = {"stream": "erp", "object": name, "target_state": state}
        if state not in states:
            with pytest.raises(SageActiveError, match=f"is not a state of {name}; choose {' or '.join(states)}"):
                config_of(streams=[stream], final_acts={"objects": [name]})
        elif state in final:
            with pytest.raises(SageActiveError, match=f"or leave it at {states[0]}"):
                config_of(streams=[stream])
            allowed = config_of(streams=[stream], final_acts={"objects": [name]})
            assert f"{name}: close" in allowed.allowance
            assert allowed.target_states(resource) == {states[0], state}
        else:
            config = config_of(streams=[stream])
            assert config.target_state(config.streams[0], resource) == state
    assert config_of().target_state(None, resource) == states[0]


@pytest.mark.parametrize("name", ["invoices", "sales_orders", "quotes", "delivery_notes", "bills"])
def test_the_state_of_the_record_is_final_as_far_as_the_object_is(name: str) -> None:
    resource = RESOURCE_BY_NAME[name]
    stream = {"stream": "copied", "object": name, "target_state": OF_RECORD}
    with pytest.raises(SageActiveError, match="`target_state` record is final, and `final_acts` does not allow it"):
        config_of(streams=[stream])
    lifecycle = resource.on(DIRECT).lifecycle
    assert lifecycle
    config = config_of(streams=[stream], final_acts={"objects": [name]})
    assert config.target_state(config.streams[0], resource) == OF_RECORD
    assert config.target_states(resource) == set(lifecycle.states)
    with pytest.raises(SageActiveError, match="`target_state` is not offered"):
        config_of(MAESN, streams=[stream], final_acts={"objects": [name]})


def test_numbers_are_kept_of_records_with_a_state() -> None:
    stream = {"stream": "copied", "object": "invoices", "target_state": OF_RECORD, "keep_numbers": True}
    config = config_of(streams=[stream], final_acts=ALLOWED)
    assert config.keeps_numbers(config.streams[0], INVOICES)


@pytest.mark.parametrize(
    ("name", "states"),
    [
        (
            "invoices",
            {
                "Pending": "draft",
                "Closed": "closed",
                "Posted": "posted",
                "PartiallyCollected": "posted",
                "Collected": "posted",
            },
        ),
        ("sales_orders", {"Pending": "open", "Closed": "closed"}),
        ("quotes", {"Pending": "open", "Closed": "closed", "Declined": "declined"}),
        # A bill whose posting was taken back is not posted, and of others a person decides first.
        (
            "bills",
            {
                "Pending": "draft",
                "Closed": "draft",
                "Posted": "posted",
                "PartiallyPaid": "posted",
                "Paid": "posted",
                "AwaitingDecision": "draft",
                "SbdRejected": "draft",
            },
        ),
    ],
)
def test_each_status_stands_for_a_state(name: str, states: dict[str, str]) -> None:
    lifecycle = RESOURCE_BY_NAME[name].on(DIRECT).lifecycle
    assert lifecycle
    assert {status: lifecycle.state_of(status) for status in states} == states
    assert {lifecycle.state_of(unknown) for unknown in (None, "", "SHIPPED", 7)} == {lifecycle.usual_state}


def test_options_of_0_1_concern_invoices_alone() -> None:
    config = config_of(invoice_status="posted", keep_numbers=True)
    order = RESOURCE_BY_NAME["sales_orders"]
    assert (config.target_state(None, order), config.keeps_numbers(None, order)) == ("open", False)
    assert not config.allows(order)


def test_through_maesn_other_states_are_refused_by_name() -> None:
    stream = {"stream": "erp", "object": "quotes", "target_state": "declined"}
    with pytest.raises(SageActiveError, match="`target_state` is not offered"):
        config_of(MAESN, streams=[stream])
    assert "invoices: nothing" in config_of(MAESN, final_acts=ALLOWED).allowance


def test_options_of_0_1_do_not_replace_what_the_user_allows() -> None:
    config = config_of(invoice_status="closed", final_acts={**ALLOWED, "pilot": 0})
    assert config.allowed is not None
    assert config.allowed.pilot == 0
    assert config.translation is not None
    assert "final_acts:" not in config.translation


def test_a_stream_goes_before_the_options_of_0_1() -> None:
    config = config_of(
        invoice_status="posted",
        keep_numbers=True,
        streams=[{**CLOSED, "target_state": "draft"}, {**CLOSED, "stream": "b", "keep_numbers": False}],
    )
    draft, closed = config.streams
    assert (config.target_state(draft, INVOICES), config.keeps_numbers(draft, INVOICES)) == ("draft", False)
    assert (config.target_state(closed, INVOICES), config.keeps_numbers(closed, INVOICES)) == ("closed", False)
    assert config.target_states(INVOICES) == {"draft", "closed", "posted"}


def test_payments_need_a_method_as_well() -> None:
    acts = {"objects": ["payments"]}
    payments = RESOURCE_BY_NAME["payments"]
    assert not config_of(final_acts=acts).allows(payments)
    methods = {"methods": ["Bank", "Second bank"]}
    assert not config_of(allow_payments=methods).allows(payments)
    allowed = config_of(final_acts=acts, allow_payments=methods)
    assert allowed.allows(payments)
    assert "payments: create" in allowed.allowance
    assert allowed.allowance.endswith("Payment methods that may be used: Bank, Second bank.")
    with pytest.raises(SageActiveError, match=r"allow_payments\.methods"):
        config_of(allow_payments={"methods": []})
