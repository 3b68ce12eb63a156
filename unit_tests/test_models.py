"""The models over the streams: the committed files are those that the generator writes, and they can be parsed."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from sqlglot import exp, parse

from sage_active.markets import DIRECT
from sage_active.resources.table import offered
from sql.current_rows import current_models
from sql.dialects import BIGQUERY, DIALECTS, DUCKDB, SNOWFLAKE, Dialect
from sql.generate import CURRENT, committed, scripts
from sql.lists import EACH, RAW
from sql.source import Model, read_model, read_models, streams
from sql.translate import CASTS

MODELS = {model.name: model for model in read_models()}
OURS = {*CASTS, EACH, "day_at", "day_of", "month_of", "money_of", "scalar", "share_of"}
STREAMS = {resource.name for resource in offered(DIRECT)} | {"record_ids"}


@cache
def files_of(dialect_name: str) -> Mapping[str, str]:
    """What the generator writes for a warehouse."""
    return dict(scripts(next(dialect for dialect in DIALECTS if dialect.name == dialect_name)))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_committed_files_are_those_that_the_generator_writes(dialect: Dialect) -> None:
    assert committed(dialect) == files_of(dialect.name), "run `make models`"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_nothing_of_the_source_is_left_that_a_warehouse_does_not_know(dialect: Dialect) -> None:
    for name, content in files_of(dialect.name).items():
        left = {word for word in re.findall(r"\b([a-z_]+)\(", content.lower()) if word in OURS}
        assert not left, (name, left)


@pytest.mark.parametrize("dialect", [BIGQUERY, SNOWFLAKE], ids=lambda dialect: dialect.name)
def test_the_sql_of_the_warehouses_that_are_not_run_can_be_parsed(dialect: Dialect) -> None:
    for name, content in files_of(dialect.name).items():
        created = [statement for statement in parse(content, read=dialect.name) if statement is not None]
        if name == CURRENT:
            assert {type(statement) for statement in created} == {exp.Create}
            assert len(created) == len(current_models())
            continue
        assert [type(statement) for statement in created] == [exp.Create], name
        for column in MODELS[name.partition("_")[2].removesuffix(".sql")].columns:
            assert column.type in dialect.types, (name, column)


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_a_model_reads_streams_and_other_models_only(model: Model) -> None:
    assert model.reads <= STREAMS | MODELS.keys()
    assert streams(model, MODELS) <= STREAMS
    is_staging = model.name.startswith("stg_")
    assert is_staging == bool(model.reads & STREAMS), "only staging models read raw tables"
    assert isinstance(model.query, exp.Query)
    assert is_staging or [column.name for column in model.columns] == model.query.named_selects


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_files_stand_in_the_order_in_which_they_can_be_loaded(dialect: Dialect) -> None:
    loaded: set[str] = set()
    for name in sorted(files_of(dialect.name)):
        model = MODELS.get(name.partition("_")[2].removesuffix(".sql"))
        if model is not None:
            assert model.optional or model.reads - STREAMS <= loaded, name
            loaded.add(model.name)


def test_what_is_optional_has_columns_without_its_streams_and_asks_for_none() -> None:
    optional = [model for model in MODELS.values() if model.optional]
    assert optional
    for model in optional:
        for dialect in DIALECTS:
            (created,) = parse(files_of(dialect.name)[f"0_{model.name}.sql"], read=dialect.name)
            assert created is not None
            query = created.find(exp.Select)
            assert query is not None
            assert query.named_selects == [column.name for column in model.columns]
        above = next(other for other in MODELS.values() if model.name in other.reads)
        assert streams(model, MODELS) - streams(above, MODELS)


def test_an_element_of_a_list_within_a_list_is_found_in_every_warehouse() -> None:
    within = {dialect.name: files_of(dialect.name)["0_stg_entry_open_items.sql"] for dialect in DIALECTS}
    assert """UNNEST(raw.line."accountingEntryInvoice"."openItems") AS item""" in within["duckdb"]
    assert """{"openItems": [{"id": "VARCHAR",""" in within["duckdb"]
    assert "CAST(line.item AS JSONB) #> '{accountingEntryInvoice,openItems}'" in within["postgres"]
    assert "JSON_QUERY(line, '$.accountingEntryInvoice.openItems')" in within["bigquery"]
    assert "GET_PATH(line.value, 'accountingEntryInvoice.openItems')" in within["snowflake"]


def test_columns_of_raw_tables_are_in_capitals_in_snowflake() -> None:
    accounts = files_of(SNOWFLAKE.name)["0_stg_accounts.sql"]
    assert f'{RAW}."SUBACCOUNTTYPE"' in accounts
    assert f'{RAW}."subAccountType"' in files_of(DUCKDB.name)["0_stg_accounts.sql"]


def test_a_column_without_a_type_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sums.sql"
    path.write_text("-- Sums.\n--\n-- columns:\n--   total: the sum\nSELECT 1 AS total\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"sums\.sql: .* not 'total: the sum'"):
        read_model(path)


def test_models_that_read_one_another_are_named(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.sql").write_text(f"SELECT * FROM {other}", encoding="utf-8")
    with pytest.raises(ValueError, match="in a circle: one, two"):
        read_models(tmp_path)
