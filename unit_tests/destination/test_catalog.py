"""What a configured catalog means, and what is refused before the first record."""

from typing import Any

import pytest

from destination_sage_active.configuration import DestinationConfig
from destination_sage_active.input.catalog import Mode, Target, modes, targets
from sage_active.config import validated
from sage_active.errors import SageActiveError
from sage_active.markets import DIRECT, MAESN
from sage_active.resources.resource import CREATE, Resource
from sage_active.resources.table import offered
from unit_tests.destination.configurations import configuration

WRITTEN = offered(DIRECT, CREATE)


def configured(name: str, mode: str = "append_dedup", **more: Any) -> dict[str, Any]:
    """One stream of a configured catalog; `properties` of its schema, `namespace` and members of the stream apart."""
    stream = {"name": name, "namespace": more.pop("namespace", None)}
    stream["json_schema"] = {"type": "object", "properties": {member: {} for member in more.pop("properties", ())}}
    stream |= {key: more.pop(key) for key in ("source_defined_primary_key",) if key in more}
    return {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": mode, **more}


def found(*streams: dict[str, Any], connection: str = DIRECT, **options: Any) -> list[Target]:
    """The targets of a catalog."""
    config = validated(DestinationConfig, configuration(connection, **options))
    return list(targets({"streams": list(streams)}, config, connection).values())


def refused(*streams: Any, connection: str = DIRECT, **options: Any) -> str:
    """The words with which a catalog is refused."""
    with pytest.raises(SageActiveError) as raised:
        found(*streams, connection=connection, **options)
    assert raised.value.failure_type.value == "config_error"
    return str(raised.value)


@pytest.mark.parametrize(
    ("resource", "mode"), [(resource, mode) for resource in WRITTEN for mode in modes(resource, DIRECT)]
)
def test_a_stream_called_like_an_object_becomes_it(resource: Resource, mode: Mode) -> None:
    (target,) = found(configured(resource.name, mode.value, primary_key=[["company_id"], ["id"]]))
    assert (target.resource, target.mode, target.key) == (resource, mode, None)
    assert target.primary_key == (("company_id",), ("id",))
    assert target.stream == (None, resource.name)


def test_the_configuration_maps_streams() -> None:
    streams = [{"stream": "debtors", "object": "customers", "key": "vatNumber"}, {"stream": "bills", "object": "items"}]
    (target,) = found(configured("debtors", namespace="erp"), streams=streams)
    assert (target.stream, target.resource.name, target.key) == (("erp", "debtors"), "customers", ("vatNumber",))
    assert target.label == "erp.debtors"


@pytest.mark.parametrize("key", ["code", ["code"], ["CODE"]])
def test_a_key_may_be_a_list_of_its_members(key: str | list[str]) -> None:
    (target,) = found(configured("items"), streams=[{"stream": "items", "object": "items", "key": key}])
    assert target.key == ("code",)
    message = refused(configured("items"), streams=[{"stream": "items", "object": "items", "key": ["code", "name"]}])
    assert "`code + name`" in message


def test_the_journal_goes_with_the_stream() -> None:
    streams = [{"stream": "bookings", "object": "invoices", "journal": "VT"}]
    catalog = [configured(name, primary_key=[["id"]]) for name in ("bookings", "invoices", "items")]
    targets_found = found(*catalog, streams=streams, posting_journal="AR")
    assert [target.journal for target in targets_found] == ["VT", "AR", None]


def test_what_has_no_update_offers_no_such_mode() -> None:
    message = refused(configured("payment_means", "update"))
    assert "it has no updates" in message
    assert "append, append_dedup" in message


def test_two_streams_may_become_the_same_object() -> None:
    streams = [{"stream": "debtors", "object": "customers"}]
    first, second = found(configured("debtors"), configured("customers"), streams=streams)
    assert first.resource is second.resource


def test_data_activation_names_object_and_matching_key() -> None:
    (target,) = found(
        configured("model", "update", destination_object_name="customers", primary_key=[["company_id"], ["code"]])
    )
    assert (target.resource.name, target.mode, target.key) == ("customers", Mode.UPDATE, ("code",))


def test_what_is_inserted_needs_no_matching_key() -> None:
    (target,) = found(configured("model", "append", destination_object_name="items", primary_key=[["row"]]))
    assert (target.key, target.primary_key) == (None, (("row",),))


@pytest.mark.parametrize("key", [[["address", "city"]], [["code"], ["documentId"]]])
def test_a_matching_key_is_one_member(key: list[list[str]]) -> None:
    message = refused(configured("model", "update", destination_object_name="customers", primary_key=key))
    assert "matching key" in message


@pytest.mark.parametrize("connection", [DIRECT, MAESN])
def test_an_unknown_matching_key_names_those_that_are(connection: str) -> None:
    streams = [{"stream": "customers", "object": "customers", "key": "name"}]
    message = refused(configured("customers", "append"), connection=connection, streams=streams)
    assert "`name`" in message
    assert ("code, documentId, vatNumber." if connection == DIRECT else "number, documentId, vatId.") in message


def test_an_id_finds_what_is_there_and_nothing_that_is_created() -> None:
    streams = [{"stream": name, "object": name, "key": "id"} for name in ("customers", "invoices")]
    updates = found(configured("customers", "update"), configured("invoices", "update"), streams=streams)
    assert [target.key for target in updates] == [("id",), ("id",)]
    for mode in ("append", "append_dedup"):
        for name, possible in (("customers", "vatNumber."), ("invoices", "salesOrderNumber.")):
            message = refused(configured(name, mode), streams=streams)
            assert "`id`" in message
            assert possible in message
    activated = configured("model", destination_object_name="customers", primary_key=[["id"]])
    assert "`id`" in refused(activated)
    streams = [{"stream": "invoices", "object": "invoices", "key": "invoiceId"}]
    assert "`invoiceId`" in refused(configured("invoices", "append"), connection=MAESN, streams=streams)


@pytest.mark.parametrize(
    ("configured_stream", "expected"),
    [
        (configured("invoices", properties=["id"]), (("id",),)),
        (configured("invoices", source_defined_primary_key=[["number"]]), (("number",),)),
        (configured("invoices", primary_key=[["a", "b"]], source_defined_primary_key=[["c"]]), (("a", "b"),)),
        (configured("customers"), ()),
    ],
)
def test_the_primary_key_is_the_best_that_is_known(configured_stream: Any, expected: Any) -> None:
    (target,) = found(configured_stream)
    assert target.primary_key == expected


def test_no_primary_key_is_guessed_where_a_key_is_chosen() -> None:
    (target,) = found(configured("invoices", properties=["id"]), document_key="externalReference")
    assert (target.key, target.primary_key) == (("externalReference",), ())


@pytest.mark.parametrize(("connection", "key"), [(DIRECT, "salesOrderNumber"), (MAESN, "reference")])
def test_documents_are_found_by_the_document_key(connection: str, key: str) -> None:
    target, customers = found(
        configured("invoices", "append"), configured("customers", "append"), connection=connection, document_key=key
    )
    assert target.key == (key,)
    assert customers.key is None


def test_a_document_that_could_not_be_found_again_is_refused() -> None:
    message = refused(configured("invoices", "append"))
    assert "`invoices`" in message
    assert "document_key" in message
    assert "primary key" in message


def test_documents_through_maesn_need_a_number_of_the_users_own() -> None:
    message = refused(configured("invoices", "append", primary_key=[["id"]]), connection=MAESN)
    assert "reference or invoiceNumber" in message


@pytest.mark.parametrize("mode", ["overwrite", "overwrite_dedup", "soft_delete", "unheard_of", None])
@pytest.mark.parametrize("connection", [DIRECT, MAESN])
def test_other_modes_are_refused_with_those_offered(mode: Any, connection: str) -> None:
    message = refused(configured("customers", mode), connection=connection)
    assert f"`{mode}`" in message
    assert "`customers`" in message
    assert ("append, append_dedup, update" if connection == DIRECT else "Choose one of: append.") in message


@pytest.mark.parametrize("mode", [Mode.UPSERT, Mode.UPDATE])
def test_maesn_offers_append_only(mode: Mode) -> None:
    assert "append_dedup" not in refused(configured("items", mode.value), connection=MAESN).split("Choose")[1]
    assert all(modes(resource, MAESN) == [Mode.APPEND] for resource in offered(MAESN, CREATE))


def test_a_refresh_that_removes_is_refused() -> None:
    message = refused(configured("customers", generation_id=2, minimum_generation_id=2))
    assert "removes" in message
    (target,) = found(configured("customers", generation_id=2, minimum_generation_id=0, sync_id=5))
    assert target.mode is Mode.UPSERT


@pytest.mark.parametrize("name", ["fiscal_years", "vendor credits", "anything"])
def test_an_unknown_object_names_those_offered(name: str) -> None:
    message = refused(configured(name))
    assert f"`{name}`" in message
    assert ", ".join(resource.name for resource in WRITTEN) in message


def test_a_stream_may_not_appear_twice() -> None:
    assert "twice" in refused(configured("customers"), configured("customers"))
    assert len(found(configured("customers"), configured("customers", namespace="b"))) == 2


@pytest.mark.parametrize("catalog", [None, [], {}, {"streams": []}, {"streams": "x"}])
def test_an_empty_catalog_is_refused(catalog: Any) -> None:
    config = validated(DestinationConfig, configuration(DIRECT))
    with pytest.raises(SageActiveError, match="no streams"):
        targets(catalog, config, DIRECT)


@pytest.mark.parametrize("stream", [None, {}, {"stream": {}}, {"stream": {"name": 5}}])
def test_a_stream_without_a_name_is_refused(stream: Any) -> None:
    assert "without a name" in refused(stream)
