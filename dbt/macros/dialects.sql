{# Written by `make models`: what warehouses write differently, and what the package's models share. #}

{#- a column of a raw table #}
{% macro raw(name) -%}
  {{ adapter.dispatch('raw', 'sage_active')(name) }}
{%- endmacro %}

{% macro duckdb__raw(name) -%}
  raw.{{ adapter.quote(name) }}
{%- endmacro %}

{% macro postgres__raw(name) -%}
  raw.{{ adapter.quote(name) }}
{%- endmacro %}

{% macro bigquery__raw(name) -%}
  raw.{{ adapter.quote(name) }}
{%- endmacro %}

{% macro snowflake__raw(name) -%}
  raw.{{ adapter.quote(name | upper) }}
{%- endmacro %}

{#- the text of a member of JSON #}
{% macro text_at(x, path) -%}
  {{ adapter.dispatch('text_at', 'sage_active')(x, path) }}
{%- endmacro %}

{% macro duckdb__text_at(x, path) -%}
  JSON_EXTRACT_STRING({{ x }}, '$.{{ path }}')
{%- endmacro %}

{% macro postgres__text_at(x, path) -%}
  CAST({{ x }} AS JSONB) #>> '{{ '{' }}{{ path | replace('.', ',') }}{{ '}' }}'
{%- endmacro %}

{% macro bigquery__text_at(x, path) -%}
  JSON_VALUE({{ x }}, '$.{{ path }}')
{%- endmacro %}

{% macro snowflake__text_at(x, path) -%}
  CAST(GET_PATH({{ x }}, '{{ path }}') AS VARCHAR)
{%- endmacro %}

{#- a member of JSON #}
{% macro part(x, path) -%}
  {{ adapter.dispatch('part', 'sage_active')(x, path) }}
{%- endmacro %}

{% macro duckdb__part(x, path) -%}
  JSON_EXTRACT({{ x }}, '$.{{ path }}')
{%- endmacro %}

{% macro postgres__part(x, path) -%}
  CAST({{ x }} AS JSONB) #> '{{ '{' }}{{ path | replace('.', ',') }}{{ '}' }}'
{%- endmacro %}

{% macro bigquery__part(x, path) -%}
  JSON_QUERY({{ x }}, '$.{{ path }}')
{%- endmacro %}

{% macro snowflake__part(x, path) -%}
  GET_PATH({{ x }}, '{{ path }}')
{%- endmacro %}

{#- the text of JSON that is a text, and no object #}
{% macro scalar(x) -%}
  {{ adapter.dispatch('scalar', 'sage_active')(x) }}
{%- endmacro %}

{% macro duckdb__scalar(x) -%}
  CASE WHEN JSON_TYPE({{ x }}) = 'VARCHAR' THEN JSON_EXTRACT_STRING({{ x }}, '$') END
{%- endmacro %}

{% macro postgres__scalar(x) -%}
  CASE WHEN JSONB_TYPEOF(CAST({{ x }} AS JSONB)) = 'string' THEN CAST({{ x }} AS JSONB) #>> '{}' END
{%- endmacro %}

{% macro bigquery__scalar(x) -%}
  JSON_VALUE({{ x }}, '$')
{%- endmacro %}

{% macro snowflake__scalar(x) -%}
  CASE WHEN TYPEOF({{ x }}) = 'VARCHAR' THEN CAST({{ x }} AS VARCHAR) END
{%- endmacro %}

{#- joins the elements of a list #}
{% macro join_each(x, alias) -%}
  {{ adapter.dispatch('join_each', 'sage_active')(x, alias) }}
{%- endmacro %}

{% macro duckdb__join_each(x, alias) -%}
  CROSS JOIN UNNEST(CAST({{ x }} AS JSON[])) AS {{ alias }}(item)
{%- endmacro %}

{% macro postgres__join_each(x, alias) -%}
  CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(CASE WHEN JSONB_TYPEOF(CAST({{ x }} AS JSONB)) = 'array' THEN CAST({{ x }} AS JSONB) END) AS {{ alias }}(item)
{%- endmacro %}

{% macro bigquery__join_each(x, alias) -%}
  CROSS JOIN UNNEST(JSON_QUERY_ARRAY({{ x }})) AS {{ alias }}
{%- endmacro %}

{% macro snowflake__join_each(x, alias) -%}
  CROSS JOIN LATERAL FLATTEN(INPUT => {{ x }}) AS {{ alias }}
{%- endmacro %}

{#- an element of a list that is joined #}
{% macro element(alias) -%}
  {{ adapter.dispatch('element', 'sage_active')(alias) }}
{%- endmacro %}

{% macro duckdb__element(alias) -%}
  {{ alias }}.item
{%- endmacro %}

{% macro postgres__element(alias) -%}
  {{ alias }}.item
{%- endmacro %}

{% macro bigquery__element(alias) -%}
  {{ alias }}
{%- endmacro %}

{% macro snowflake__element(alias) -%}
  {{ alias }}.value
{%- endmacro %}

{#- the day of a column of a raw table #}
{% macro day_of(x) -%}
  {{ adapter.dispatch('day_of', 'sage_active')(x) }}
{%- endmacro %}

{% macro duckdb__day_of(x) -%}
  CASE WHEN CAST(TYPEOF({{ x }}) AS TEXT) = 'TIMESTAMP WITH TIME ZONE' THEN CAST(CAST({{ x }} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) ELSE CAST(SUBSTRING(CAST({{ x }} AS TEXT), 1, 10) AS DATE) END
{%- endmacro %}

{% macro postgres__day_of(x) -%}
  CASE WHEN CAST(PG_TYPEOF({{ x }}) AS TEXT) = 'timestamp with time zone' THEN CAST(CAST({{ x }} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) ELSE CAST(SUBSTRING(CAST({{ x }} AS TEXT), 1, 10) AS DATE) END
{%- endmacro %}

{% macro bigquery__day_of(x) -%}
  CAST(SUBSTR(CAST({{ x }} AS STRING), 1, 10) AS DATE)
{%- endmacro %}

{% macro snowflake__day_of(x) -%}
  CAST(SUBSTRING(CAST({{ x }} AS VARCHAR), 1, 10) AS DATE)
{%- endmacro %}

{#- the day of a member of JSON #}
{% macro day_at(x, path) -%}
  {{ adapter.dispatch('day_at', 'sage_active')(x, path) }}
{%- endmacro %}

{% macro duckdb__day_at(x, path) -%}
  CAST(SUBSTRING({{ sage_active.text_at(x, path) }}, 1, 10) AS DATE)
{%- endmacro %}

{% macro postgres__day_at(x, path) -%}
  CAST(SUBSTRING({{ sage_active.text_at(x, path) }}, 1, 10) AS DATE)
{%- endmacro %}

{% macro bigquery__day_at(x, path) -%}
  CAST(SUBSTR({{ sage_active.text_at(x, path) }}, 1, 10) AS DATE)
{%- endmacro %}

{% macro snowflake__day_at(x, path) -%}
  CAST(SUBSTRING({{ sage_active.text_at(x, path) }}, 1, 10) AS DATE)
{%- endmacro %}

{#- the first day of the month #}
{% macro month_of(x) -%}
  {{ adapter.dispatch('month_of', 'sage_active')(x) }}
{%- endmacro %}

{% macro duckdb__month_of(x) -%}
  CAST(DATE_TRUNC('month', {{ x }}) AS DATE)
{%- endmacro %}

{% macro postgres__month_of(x) -%}
  CAST(DATE_TRUNC('month', {{ x }}) AS DATE)
{%- endmacro %}

{% macro bigquery__month_of(x) -%}
  DATE_TRUNC({{ x }}, MONTH)
{%- endmacro %}

{% macro snowflake__month_of(x) -%}
  DATE_TRUNC('MONTH', {{ x }})
{%- endmacro %}

{#- how many days lie between two days #}
{% macro days_between(first, last) -%}
  {{ adapter.dispatch('days_between', 'sage_active')(first, last) }}
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%}
  DATE_DIFF('DAY', {{ first }}, {{ last }})
{%- endmacro %}

{% macro postgres__days_between(first, last) -%}
  (CAST({{ last }} AS DATE) - CAST({{ first }} AS DATE))
{%- endmacro %}

{% macro bigquery__days_between(first, last) -%}
  DATE_DIFF({{ last }}, {{ first }}, DAY)
{%- endmacro %}

{% macro snowflake__days_between(first, last) -%}
  DATEDIFF(DAY, {{ first }}, {{ last }})
{%- endmacro %}

{#- x times y divided by z, in cents #}
{% macro share_of(x, y, z) -%}
  {{ adapter.dispatch('share_of', 'sage_active')(x, y, z) }}
{%- endmacro %}

{% macro duckdb__share_of(x, y, z) -%}
  CAST(ROUND(({{ x }}) * ({{ y }}) / ({{ z }}), 2) AS {{ sage_active.type_of('money') }})
{%- endmacro %}

{% macro postgres__share_of(x, y, z) -%}
  CAST(ROUND(({{ x }}) * ({{ y }}) / ({{ z }}), 2) AS {{ sage_active.type_of('money') }})
{%- endmacro %}

{% macro bigquery__share_of(x, y, z) -%}
  CAST(ROUND(({{ x }}) * ({{ y }}) / ({{ z }}), 2) AS {{ sage_active.type_of('money') }})
{%- endmacro %}

{% macro snowflake__share_of(x, y, z) -%}
  CAST(ROUND(({{ x }}) * ({{ y }}) / ({{ z }}), 2) AS {{ sage_active.type_of('money') }})
{%- endmacro %}

{#- the rows of two queries, without equal ones #}
{% macro union_distinct() -%}
  {{ adapter.dispatch('union_distinct', 'sage_active')() }}
{%- endmacro %}

{% macro duckdb__union_distinct() -%}
  UNION
{%- endmacro %}

{% macro postgres__union_distinct() -%}
  UNION
{%- endmacro %}

{% macro bigquery__union_distinct() -%}
  UNION DISTINCT
{%- endmacro %}

{% macro snowflake__union_distinct() -%}
  UNION
{%- endmacro %}

{#- the name of a type: text, day, money, whole or flag #}
{% macro type_of(kind) -%}
  {{ adapter.dispatch('type_of', 'sage_active')(kind) }}
{%- endmacro %}

{% macro duckdb__type_of(kind) -%}
  {{ {'text': 'TEXT', 'day': 'DATE', 'money': 'DECIMAL(38, 6)', 'whole': 'BIGINT', 'flag': 'BOOLEAN'}[kind] }}
{%- endmacro %}

{% macro postgres__type_of(kind) -%}
  {{ {'text': 'TEXT', 'day': 'DATE', 'money': 'DECIMAL(38, 6)', 'whole': 'BIGINT', 'flag': 'BOOLEAN'}[kind] }}
{%- endmacro %}

{% macro bigquery__type_of(kind) -%}
  {{ {'text': 'STRING', 'day': 'DATE', 'money': 'BIGNUMERIC', 'whole': 'INT64', 'flag': 'BOOL'}[kind] }}
{%- endmacro %}

{% macro snowflake__type_of(kind) -%}
  {{ {'text': 'VARCHAR', 'day': 'DATE', 'money': 'DECIMAL(38, 6)', 'whole': 'BIGINT', 'flag': 'BOOLEAN'}[kind] }}
{%- endmacro %}

{#- a member of JSON, cast #}
{% macro money_at(x, path) -%}
  CAST({{ sage_active.text_at(x, path) }} AS {{ sage_active.type_of('money') }})
{%- endmacro %}

{#- a member of JSON, cast #}
{% macro whole_at(x, path) -%}
  CAST({{ sage_active.text_at(x, path) }} AS {{ sage_active.type_of('whole') }})
{%- endmacro %}

{#- a member of JSON, cast #}
{% macro flag_at(x, path) -%}
  CAST({{ sage_active.text_at(x, path) }} AS {{ sage_active.type_of('flag') }})
{%- endmacro %}

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
