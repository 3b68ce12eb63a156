"""The macros of the package, one for each thing that warehouses write differently, from `sql/dialects.py`.

dbt finds that of a warehouse by its name: `duckdb__text_at`, `postgres__text_at` …
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlglot import parse_one

from sql.dbt_package.query import KINDS, PACKAGE
from sql.dialects import DIALECTS, Dialect
from sql.source import WRITTEN_IN
from sql.translate import CASTS, MONEY

HEAD: Final = (
    "{# Written by `make models`: what warehouses write differently, and what the package's models share. #}\n"
)
# Name -> its parameters, and what it yields.
DISPATCHED: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "raw": (("name",), "a column of a raw table"),
    "text_at": (("x", "path"), "the text of a member of JSON"),
    "part": (("x", "path"), "a member of JSON"),
    "scalar": (("x",), "the text of JSON that is a text, and no object"),
    "join_each": (("x", "alias"), "joins the elements of a list"),
    "element": (("alias",), "an element of a list that is joined"),
    "day_of": (("x",), "the day of a column of a raw table"),
    "day_at": (("x", "path"), "the day of a member of JSON"),
    "month_of": (("x",), "the first day of the month"),
    "days_between": (("first", "last"), "how many days lie between two days"),
    "share_of": (("x", "y", "z"), "x times y divided by z, in cents"),
    "union_distinct": ((), "the rows of two queries, without equal ones"),
    "type_of": (("kind",), "the name of a type: text, day, money, whole or flag"),
}
# Between the names of templates in `sql/dialects.py` and those of parameters.
BRACES: Final = {name: f"{{{{ {name} }}}}" for name in ("x", "y", "z", "path", "alias")}


def macros_file() -> str:
    """All macros."""
    return HEAD + "".join(_sections())


def _sections() -> Iterator[str]:
    for name, (parameters, meaning) in DISPATCHED.items():
        signature = f"{name}({', '.join(parameters)})"
        call = f"adapter.dispatch('{name}', '{PACKAGE}')({', '.join(parameters)})"
        yield f"\n{{#- {meaning} #}}\n{{% macro {signature} -%}}\n  {{{{ {call} }}}}\n{{%- endmacro %}}\n"
        for dialect in DIALECTS:
            yield f"\n{{% macro {dialect.name}__{signature} -%}}\n  {_body(name, dialect)}\n{{%- endmacro %}}\n"
    for name in CASTS:
        kind = CASTS[name]
        if kind:
            cast = f"CAST({{{{ {PACKAGE}.text_at(x, path) }}}} AS {_type_of(kind)})"
            yield f"\n{{#- a member of JSON, cast #}}\n{{% macro {name}(x, path) -%}}\n  {cast}\n{{%- endmacro %}}\n"
    yield FURTHER


def _type_of(kind: str) -> str:
    return f"{{{{ {PACKAGE}.type_of('{KINDS[kind]}') }}}}"


def _body(name: str, dialect: Dialect) -> str:
    match name:
        case "raw":
            return "raw.{{ adapter.quote(name | upper) }}" if dialect.upper else "raw.{{ adapter.quote(name) }}"
        case "day_at":
            return dialect.day.format(x=f"{{{{ {PACKAGE}.text_at(x, path) }}}}")
        case "days_between":
            sql = parse_one("DATE_DIFF('day', first, last)", read=WRITTEN_IN).sql(dialect=dialect.name)
            return sql.replace("first", "{{ first }}").replace("last", "{{ last }}")
        case "union_distinct":
            return "UNION DISTINCT" if dialect.name == "bigquery" else "UNION"
        case "type_of":
            return f"{{{{ {dict(dialect.types)}[kind] }}}}"
    template = {
        "text_at": dialect.text,
        "part": dialect.part,
        "scalar": dialect.scalar,
        "join_each": dialect.unnest,
        "element": dialect.item,
        "day_of": dialect.raw_day,
        "month_of": dialect.month,
        "share_of": dialect.share,
    }[name]
    braces = BRACES if dialect.dotted_path else {**BRACES, "path": "{{ path | replace('.', ',') }}"}
    body = template.format(**braces).replace(MONEY, _type_of(MONEY))
    # A brace of the warehouse beside one of Jinja's would be read as its own.
    return body.replace("'{{{", "'{{ '{' }}{{").replace("}}}'", "}}{{ '}' }}'")


FURTHER: Final = """
{#- the day of a variable; today without one #}
{% macro day_given(name) -%}
  {% if var(name, none) %}CAST('{{ var(name) }}' AS DATE){% else %}CURRENT_DATE{% endif %}
{%- endmacro %}

{#- whether all of these streams are read; the variable is a list of streams, or `all` #}
{% macro streams_are_read(streams) %}
  {%- set read = var('sage_active_streams') -%}
  {%- set missing = [] if read == 'all' else streams | reject('in', read) | list -%}
  {{- return(missing | length == 0) -}}
{% endmacro %}
"""
