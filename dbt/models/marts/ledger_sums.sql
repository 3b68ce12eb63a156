{# Written by `make models`.

One row for each account, period and role of entries: the sums of the general ledger. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role,
  CAST(SUM(debit) AS {{ sage_active.type_of('money') }}) AS debit,
  CAST(SUM(credit) AS {{ sage_active.type_of('money') }}) AS credit
FROM {{ ref('general_ledger') }} AS general_ledger
GROUP BY
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role
