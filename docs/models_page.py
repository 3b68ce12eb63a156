"""The page about the models over the streams, made from the files of `sql/models/`."""

from collections.abc import Iterator, Mapping
from typing import Final

from docs.markdown_table import table
from sql.source import Model, read_models, streams

STAGING: Final = "stg_"
HEAD: Final = """# Models over the streams

`sql/` turns the tables that a destination has filled into what people put under reports: a general ledger, balances,
receivables and payables by age, a VAT working paper, invoiced sales, and the two statements. `make docs` writes this
page from the files in `sql/models/`; a test compares the two.

These are working papers, not books of record, tax returns or statutory statements: those come from Sage Active. What
makes them worth reading is the proof beside them: `trial_balance_compared` and `statements_compared`
hold the ledger against the server's own reports, and every difference should be nothing.

## How to load them

Each folder `sql/duckdb`, `sql/postgres`, `sql/bigquery` and `sql/snowflake` has the same models in the SQL of one
warehouse, one file each. Run them in the order of their names (the number in front says how many models stand below) in
the schema, or data set, of the raw tables:

```sh
for file in sql/duckdb/*.sql; do duckdb -cmd 'USE sage' sage.duckdb < "$file"; done
for file in sql/postgres/*.sql; do PGOPTIONS='--search_path=sage' psql --file "$file"; done
for file in sql/bigquery/*.sql; do bq --dataset_id=sage query --use_legacy_sql=false < "$file"; done
for file in sql/snowflake/*.sql; do snowsql --dbname MY_DATABASE --schemaname SAGE --filename "$file"; done
```

A file whose stream you do not read fails, and so do those that need it; the rest works. The table below names the
streams. Names that begin with `stg_` are steps on the way. To load another version, run the files again; PostgreSQL
wants you to drop a view first whose columns have changed (`DROP VIEW … CASCADE`).

With dbt, take [the package](dbt.md) in place of these files.

DuckDB and PostgreSQL are run in the tests over all three markets and compared to the cent with figures that are worked
out without the connector; BigQuery and Snowflake are only parsed. `make models` writes the files anew from
`sql/models/`, `make models-postgres` runs the tests on a PostgreSQL server, `make models-speed` times the models over a
ledger of a million lines in DuckDB.

PostgreSQL compiles such queries at first (`jit`), which takes many times as long as running them: `SET jit = off`, or
`ALTER DATABASE … SET jit = off`.

## An example

`make ledger-demo` goes from an empty folder to a page of tables and charts: it starts the stand-in, reads a company of
each market into DuckDB with PyAirbyte, creates these models, and writes `.demo-ledger/ledger.html`: sales by month,
receivables and payables by age, VAT, and the trial balance with its proof. The page needs no network and no script, and
prints. `examples/ledger/` is made to be copied: `figures.py` has the queries, `charts.py` the charts.

![The page: key figures, a chart of sales by month, a table](ledger-example.png)

## What is assumed

- No `start_date`: balances, openings and ageing need every entry. With one, `trial_balance_compared` shows the
  difference.
- There is one raw table for each stream, called like the stream, with one row for each key: overwritten, or appended
  and deduplicated. Columns are called like the members; in Snowflake they are in capitals.
- Lists and objects are JSON: `JSON` in DuckDB and BigQuery, `JSONB` (or `JSON`) in PostgreSQL, `VARIANT` in
  Snowflake. So is the code of an account, which may be a text or an object.
- Days may be texts or time stamps with a time zone. Of texts the first ten characters count; of time stamps the day
  in UTC, in DuckDB and PostgreSQL whatever the zone of the session is.
- Amounts are `DECIMAL(38, 6)`, in BigQuery `BIGNUMERIC`. DuckDB and BigQuery read numbers within JSON as doubles: an
  amount with more than 15 digits is not exact there. PostgreSQL keeps every digit.
- Lines, open items, tax registers and periods come from the lists within their documents, because only those are
  right after one of them was deleted. Rows that are deleted as a whole stay in the raw table of an incremental
  stream; the views in `current/current_rows.sql`, of which you load those that you need, have only the rows that the
  stream [record_ids](streams.md) has too.
- Third parties have names in these views: they hold personal data as the streams do.

## Rules

- **Fiscal years.** A balance is what a year opens with plus its movements. It opens with entries of the type
  `OPENING`, else with `TEMPORARY_CARRY_FORWARD`, else with what the years before have left, which is computed and
  marked. The result of years that are not carried forward yet stands in a row without an account.
- **Closing entries** (`CLOSURE_*`) never count, so profit and loss and balance sheet are those before closing.
  Entries of a year-end process that is not final stand apart.
- **Receivables and payables.** Today's come from the open items of documents and of entries without a document;
  payments that are not allocated, prepayments and credit notes are rows of their own. Those of a past day come from
  the ledger: within a match the earliest due date is paid first.
- **VAT.** The source is the tax register of the entries. Withholding is left out; each kind of tax stands apart; a
  reverse charge has one base; cash VAT has no due date before its adjustment entry, of which the `sourceEntityId` is
  assumed to be that of its document. Box numbers of tax returns are not given.
- **Invoiced sales** leave out drafts, advance invoices and their deductions, and count credit notes as negative,
  whatever sign they have. They are not revenue, which stands on the income accounts.
- **Classes.** Each account is an asset, a liability, equity, income or an expense: as the server's balance sheet shows
  it if you read `report_positions` and `balance_sheet`, else as its kind tells. Your own classes come first. They are
  rows of the table `group_account_map`, which loading creates and never empties:

  ```sql
  INSERT INTO group_account_map (company_id, chart, account_prefix, account_class)
  VALUES (NULL, 'DATEV_SKR03', '41', 'personnel'), (NULL, NULL, '64', 'personnel');
  ```

## The models

"""


def models_page() -> str:
    """The page."""
    models = {model.name: model for model in read_models()}
    listed = [model for name, model in models.items() if not name.startswith(STAGING)]
    return HEAD + _overview(listed, models) + "".join(_model(model) for model in listed)


def _overview(listed: list[Model], models: Mapping[str, Model]) -> str:
    rows = [[f"[{model.name}](#{model.name})", _listed(streams(model, models))] for model in listed]
    return table(["model", "streams that it needs"], rows)


def _model(model: Model) -> str:
    return "\n" + "\n".join(_lines(model))


def _lines(model: Model) -> Iterator[str]:
    yield f"### {model.name}\n"
    yield f"{model.description}\n"
    if model.optional:
        yield "It has no rows where its streams are not read, and the models above it work all the same.\n"
    if model.parameters:
        call = ", ".join(parameter.name for parameter in model.parameters)
        yield f"A function: `SELECT * FROM {model.name}({call})`, in Snowflake `FROM TABLE({model.name}({call}))`.\n"
    rows = [[f"`{column.name}`", column.type, column.meaning] for column in model.columns]
    yield table(["column", "type", "meaning"], rows)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
