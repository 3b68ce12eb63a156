{# Written by `make models`.

One row for each account of a report of the server: closed fiscal years as a whole, open ones by period. #}
{{ config(enabled=sage_active.streams_are_read(['trial_balance'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('exerciseId') }} AS fiscal_year_id,
  {{ sage_active.day_of(sage_active.raw('startDate')) }} AS report_start,
  {{ sage_active.day_of(sage_active.raw('endDate')) }} AS report_end,
  {{ sage_active.raw('accountCode') }} AS account_code,
  {{ sage_active.raw('accountDescription') }} AS account_name,
  CAST({{ sage_active.raw('debitAmount') }} AS {{ sage_active.type_of('money') }}) AS debit,
  CAST({{ sage_active.raw('creditAmount') }} AS {{ sage_active.type_of('money') }}) AS credit
FROM {{ source('sage_active', 'trial_balance') }} AS raw
