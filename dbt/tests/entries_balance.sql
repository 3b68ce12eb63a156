{# Written by `make models`.

Debits are credits, in every entry. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
SELECT
  company_id,
  entry_id,
  SUM(debit) AS debit,
  SUM(credit) AS credit
FROM {{ ref('general_ledger') }} AS general_ledger
GROUP BY
  company_id,
  entry_id
HAVING
  SUM(debit) <> SUM(credit)
