{# Written by `make models`.

One row for each account of the chart, of all levels. #}
{{ config(enabled=sage_active.streams_are_read(['accounts'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS account_id,
  COALESCE({{ sage_active.text_at(sage_active.raw('code'), 'value') }}, {{ sage_active.scalar(sage_active.raw('code')) }}) AS account_code,
  {{ sage_active.raw('name') }} AS account_name,
  {{ sage_active.raw('accountType') }} AS account_type,
  {{ sage_active.raw('subAccountType') }} AS sub_account_type,
  {{ sage_active.raw('accountLevel') }} AS account_level,
  {{ sage_active.raw('yearEndClosingAccountId') }} AS year_end_closing_account_id
FROM {{ source('sage_active', 'accounts') }} AS raw
