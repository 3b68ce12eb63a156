"""What the four warehouses do differently beyond what sqlglot knows: lists and members of JSON, days, functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sql.source import TYPES


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a warehouse is spoken to; `{x}`, `{y}` and `{z}` stand for expressions, `{path}` and `{alias}` for names.

    `text` is the text of a member of JSON, `part` the member itself, `scalar` the text of JSON that is not an object.
    `unnest` joins the elements of a list, and `item` is one of them. `raw_day` is the day of a column of a raw table,
    `day` that of a text: its first ten characters. `upper` says that raw tables have column names in capitals,
    `materialized` that it knows this word for parts of a query, `once` that a model must be told to work out only once
    what it reads, `typed_lists` that its views turn lists into typed rows in one go, without `unnest` and `item`.
    `share` is an amount times a part of a whole, in cents.
    `types` are the types of the columns that functions yield, `function` creates one, and `call` reads from it.
    """

    name: str
    text: str
    part: str
    scalar: str
    unnest: str
    item: str
    raw_day: str
    day: str
    month: str
    types: Mapping[str, str]
    function: str
    upper: bool = False
    materialized: bool = False
    once: bool = False
    typed_lists: bool = False
    dotted_path: bool = True
    call: str = "{call}"
    share: str = "CAST(ROUND(({x}) * ({y}) / ({z}), 2) AS DECIMAL(38, 6))"


# A time stamp, which a session shows in its own zone, is the day in UTC; anything else keeps its first ten characters.
_DAY_OF_MOMENT_OR_TEXT: Final = (
    "CASE WHEN CAST({type_of}({{x}}) AS TEXT) = '{moment}' "
    "THEN CAST(CAST({{x}} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) "
    "ELSE CAST(SUBSTRING(CAST({{x}} AS TEXT), 1, 10) AS DATE) END"
)
DUCKDB: Final = Dialect(
    name="duckdb",
    text="JSON_EXTRACT_STRING({x}, '$.{path}')",
    part="JSON_EXTRACT({x}, '$.{path}')",
    scalar="CASE WHEN JSON_TYPE({x}) = 'VARCHAR' THEN JSON_EXTRACT_STRING({x}, '$') END",
    unnest="CROSS JOIN UNNEST(CAST({x} AS JSON[])) AS {alias}(item)",
    item="{alias}.item",
    raw_day=_DAY_OF_MOMENT_OR_TEXT.format(type_of="TYPEOF", moment="TIMESTAMP WITH TIME ZONE"),
    day="CAST(SUBSTRING({x}, 1, 10) AS DATE)",
    month="CAST(DATE_TRUNC('month', {x}) AS DATE)",
    types=TYPES,
    function="CREATE OR REPLACE MACRO {name}({parameters}) AS TABLE\n{query}",
    materialized=True,
    typed_lists=True,
)
POSTGRES: Final = Dialect(
    name="postgres",
    text="CAST({x} AS JSONB) #>> '{{{path}}}'",
    part="CAST({x} AS JSONB) #> '{{{path}}}'",
    scalar="CASE WHEN JSONB_TYPEOF(CAST({x} AS JSONB)) = 'string' THEN CAST({x} AS JSONB) #>> '{{}}' END",
    unnest="CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(CASE WHEN JSONB_TYPEOF(CAST({x} AS JSONB)) = 'array' "
    "THEN CAST({x} AS JSONB) END) AS {alias}(item)",
    item="{alias}.item",
    raw_day=_DAY_OF_MOMENT_OR_TEXT.format(type_of="PG_TYPEOF", moment="timestamp with time zone"),
    day="CAST(SUBSTRING({x}, 1, 10) AS DATE)",
    month="CAST(DATE_TRUNC('month', {x}) AS DATE)",
    types=TYPES,
    function="CREATE OR REPLACE FUNCTION {name}({parameters})\nRETURNS TABLE ({columns})\nLANGUAGE SQL STABLE AS $$\n"
    "{query}\n$$",
    dotted_path=False,
    materialized=True,
    # It knows nothing of how many elements a list has, and would work a view out again for each row of another one.
    once=True,
)
BIGQUERY: Final = Dialect(
    name="bigquery",
    text="JSON_VALUE({x}, '$.{path}')",
    part="JSON_QUERY({x}, '$.{path}')",
    scalar="JSON_VALUE({x}, '$')",
    unnest="CROSS JOIN UNNEST(JSON_QUERY_ARRAY({x})) AS {alias}",
    item="{alias}",
    raw_day="CAST(SUBSTR(CAST({x} AS STRING), 1, 10) AS DATE)",
    day="CAST(SUBSTR({x}, 1, 10) AS DATE)",
    month="DATE_TRUNC({x}, MONTH)",
    types={"text": "STRING", "day": "DATE", "money": "BIGNUMERIC", "whole": "INT64", "flag": "BOOL"},
    function="CREATE OR REPLACE TABLE FUNCTION {name}({parameters}) AS (\n{query}\n)",
)
SNOWFLAKE: Final = Dialect(
    name="snowflake",
    text="CAST(GET_PATH({x}, '{path}') AS VARCHAR)",
    part="GET_PATH({x}, '{path}')",
    scalar="CASE WHEN TYPEOF({x}) = 'VARCHAR' THEN CAST({x} AS VARCHAR) END",
    unnest="CROSS JOIN LATERAL FLATTEN(INPUT => {x}) AS {alias}",
    item="{alias}.value",
    raw_day="CAST(SUBSTRING(CAST({x} AS VARCHAR), 1, 10) AS DATE)",
    day="CAST(SUBSTRING({x}, 1, 10) AS DATE)",
    month="DATE_TRUNC('MONTH', {x})",
    types={**TYPES, "text": "VARCHAR"},
    function="CREATE OR REPLACE FUNCTION {name}({parameters})\nRETURNS TABLE ({columns})\nAS $$\n{query}\n$$",
    upper=True,
    call="TABLE({call})",
)
DIALECTS: Final = (DUCKDB, POSTGRES, BIGQUERY, SNOWFLAKE)
