{# Written by `make models`.

In every period openings and closings add up to nothing, and debits are credits. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  SUM(opening) AS opening,
  SUM(debit) AS debit,
  SUM(credit) AS credit,
  SUM(closing) AS closing
FROM {{ ref('trial_balance_computed') }} AS trial_balance_computed
GROUP BY
  company_id,
  fiscal_year_id,
  period_start
HAVING
  SUM(opening) <> 0 OR SUM(closing) <> 0 OR SUM(debit) <> SUM(credit)
