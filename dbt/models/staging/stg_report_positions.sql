{# Written by `make models`.

One row for each line of the statements that shows an account. #}
{{ config(enabled=sage_active.streams_are_read(['report_positions'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('accountId') }} AS account_id,
  {{ sage_active.raw('balanceGuideLineCode') }} AS line_code,
  {{ sage_active.raw('balanceGuideLineDescription') }} AS line_description,
  COALESCE({{ sage_active.raw('isMain') }}, FALSE) AS is_main,
  COALESCE({{ sage_active.raw('alternativePositionIfNegative') }}, FALSE) AS is_alternative
FROM {{ source('sage_active', 'report_positions') }} AS raw
