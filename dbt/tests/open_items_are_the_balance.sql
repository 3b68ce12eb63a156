{# Written by `make models`.

What was open on the day adds up to the balance of each customer and supplier. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals'])) }}
WITH balances AS (
  SELECT
    company_id,
    third_party_kind,
    third_party_id,
    SUM(amount) AS balance
  FROM {{ ref('third_party_items') }} AS third_party_items
  WHERE
    entry_date <= {{ sage_active.day_given('sage_active_as_of_day') }}
  GROUP BY
    company_id,
    third_party_kind,
    third_party_id
), items AS (
  SELECT
    company_id,
    third_party_kind,
    third_party_id,
    SUM(open_amount) AS open_amount
  FROM {{ ref('ledger_open_items') }} AS ledger_open_items
  GROUP BY
    company_id,
    third_party_kind,
    third_party_id
)
SELECT
  balances.company_id,
  balances.third_party_kind,
  balances.third_party_id,
  balances.balance,
  items.open_amount
FROM balances
LEFT JOIN items
  ON items.company_id = balances.company_id
  AND items.third_party_kind = balances.third_party_kind
  AND items.third_party_id = balances.third_party_id
WHERE
  balances.balance <> COALESCE(items.open_amount, 0)
