{# Written by `make models`.

The ledger has what the server's trial balance has, on every account of every report. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals', 'trial_balance'])) }}
SELECT
  company_id,
  fiscal_year_id,
  report_start,
  report_end,
  account_code,
  debit_difference,
  credit_difference
FROM {{ ref('trial_balance_compared') }} AS trial_balance_compared
WHERE
  debit_difference <> 0 OR credit_difference <> 0
