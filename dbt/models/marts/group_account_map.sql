{# Written by `make models`.

A table that you may fill: one row for each class of your own, such as the accounts of a group of companies. It is
created empty, and keeps its rows when the models are loaded again. The longest prefix that fits an account decides;
of several equally long ones a row for its company, then one for its chart. #}
{% if var('sage_active_group_account_map', none) %}
SELECT
  CAST(company_id AS {{ sage_active.type_of('text') }}) AS company_id,
  CAST(chart AS {{ sage_active.type_of('text') }}) AS chart,
  CAST(account_prefix AS {{ sage_active.type_of('text') }}) AS account_prefix,
  CAST(account_class AS {{ sage_active.type_of('text') }}) AS account_class
FROM {{ ref(project_name, var('sage_active_group_account_map', none)) }}
{% else %}
SELECT
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS company_id,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS chart,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_prefix,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_class
LIMIT 0
{% endif %}
