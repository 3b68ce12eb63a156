-- What was open on the day adds up to the balance of each customer and supplier.
--
-- parameters:
--   as_of_day day: the day
WITH balances AS (
  SELECT company_id, third_party_kind, third_party_id, SUM(amount) AS balance
  FROM third_party_items
  WHERE entry_date <= as_of_day
  GROUP BY company_id, third_party_kind, third_party_id
),
items AS (
  SELECT company_id, third_party_kind, third_party_id, SUM(open_amount) AS open_amount
  FROM ledger_open_items(as_of_day)
  GROUP BY company_id, third_party_kind, third_party_id
)
SELECT balances.company_id, balances.third_party_kind, balances.third_party_id, balances.balance, items.open_amount
FROM balances
LEFT JOIN items
  ON items.company_id = balances.company_id
  AND items.third_party_kind = balances.third_party_kind
  AND items.third_party_id = balances.third_party_id
WHERE balances.balance <> COALESCE(items.open_amount, 0)
