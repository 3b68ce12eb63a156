{# Written by `make models`.

With the results, the rows of a balance sheet add up to nothing in every period. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'balance_sheet', 'fiscal_years', 'journal_entries', 'journals', 'report_positions'])) }}
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  SUM(amount) AS amount
FROM {{ ref('balance_sheet_computed') }} AS balance_sheet_computed
GROUP BY
  company_id,
  fiscal_year_id,
  period_start
HAVING
  SUM(amount) <> 0
