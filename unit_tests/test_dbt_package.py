"""The dbt package: what is committed is what the generator writes, and everything in it is described."""

import re
from collections.abc import Mapping
from functools import cache

from sql.current_rows import current_models
from sql.dbt_package.generate import committed, files
from sql.dbt_package.meanings import Meaning, stream_meanings
from sql.dbt_package.properties import all_meanings
from sql.dbt_package.tests import KEYS, REFERENCES, VALUES, proofs
from sql.dialects import DIALECTS
from sql.source import read_models, streams

MODELS = {model.name: model for model in read_models()}
ALL_MODELS = (*MODELS.values(), *current_models())


@cache
def meanings() -> Mapping[str, Mapping[str, Meaning]]:
    """What the columns of all models hold."""
    return all_meanings(ALL_MODELS)


def test_the_committed_files_are_those_that_the_generator_writes() -> None:
    assert committed() == files(), "run `make models`"


def test_every_model_and_column_has_a_description() -> None:
    for model in ALL_MODELS:
        columns = meanings()[model.name]
        assert model.description, model.name
        assert columns, model.name
        assert [name for name, meaning in columns.items() if not meaning.text] == [], model.name
    for stream in {name for model in ALL_MODELS for name in streams(model, MODELS)}:
        assert [name for name, meaning in stream_meanings(stream).items() if not meaning.text] == [], stream


def test_personal_data_is_followed_into_the_models() -> None:
    meanings = all_meanings(read_models())
    personal = {
        name: [column for column, meaning in of.items() if meaning.is_personal] for name, of in meanings.items()
    }
    assert personal["stg_entry_lines"] == ["description", "entry_description", "third_party_name"]
    assert personal["fec_working_file"] == ["compte_lib", "comp_aux_lib", "ecriture_lib"]
    assert personal["erasure_candidates"] == ["third_party_name"]
    assert personal["invoiced_sales_by_customer"] == []


def test_tests_are_of_columns_that_there_are() -> None:
    columns = meanings()
    for model, key in KEYS.items():
        assert set(key.columns) <= set(columns[model]), model
    for model, values in VALUES.items():
        assert values.keys() <= set(columns[model]), model
    for model, references in REFERENCES.items():
        for column, other in references.items():
            assert column in columns[model]
            assert column in columns[other]
    assert MODELS.keys() - KEYS.keys() == {"checks", "vat_register"}


def test_proofs_read_models_only() -> None:
    assert proofs()
    for proof in proofs():
        assert proof.description
        assert proof.reads <= MODELS.keys()


def test_every_warehouse_has_every_macro() -> None:
    names = set(re.findall(r"macro (\w+)\(", files()["macros/dialects.sql"]))
    dispatched = {name.partition("__")[2] for name in names if "__" in name}
    assert {f"{dialect.name}__{name}" for dialect in DIALECTS for name in dispatched} <= names
    called = {name for content in files().values() for name in re.findall(r"sage_active\.(\w+)\(", content)}
    assert called <= names


def test_a_day_of_its_own_is_not_that_of_the_variable() -> None:
    """Open items are those of today, whatever day the models of a past day are built for."""
    today, past = (files()[f"models/marts/{name}.sql"] for name in ("open_items", "ar_ageing_as_of"))
    assert "ref('ledger_open_items')" not in today
    assert "ref('third_party_items')" in today
    assert "ref('ledger_open_items')" in past
