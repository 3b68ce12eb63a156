-- The receivables that were open on a day, by how long they were overdue: one row for each instalment of a document that
-- something was left of. Payments that were not allocated, prepayments and credit notes are rows of their own, with
-- negative amounts. It comes from ledger lines and matches dated up to the day; the sum by customer is its balance.
CREATE OR REPLACE FUNCTION ar_ageing_as_of(as_of_day DATE)
RETURNS TABLE (company_id TEXT, customer_id TEXT, customer_code TEXT, customer_name TEXT, item_kind TEXT, document_id TEXT, document_number TEXT, document_date DATE, entry_line_id TEXT, instalment BIGINT, due_date DATE, amount DECIMAL(38, 6), paid DECIMAL(38, 6), open_amount DECIMAL(38, 6), days_overdue BIGINT, bucket TEXT)
LANGUAGE SQL STABLE AS $$
SELECT
  company_id,
  third_party_id AS customer_id,
  third_party_code AS customer_code,
  third_party_name AS customer_name,
  item_kind,
  document_id,
  document_number,
  document_date,
  entry_line_id,
  instalment,
  due_date,
  amount,
  paid,
  open_amount,
  CAST((
    CAST(as_of_day AS DATE) - CAST(due_date AS DATE)
  ) AS BIGINT) AS days_overdue,
  CASE
    WHEN due_date >= as_of_day
    THEN 'not due'
    WHEN (
      CAST(as_of_day AS DATE) - CAST(due_date AS DATE)
    ) <= 30
    THEN '1-30'
    WHEN (
      CAST(as_of_day AS DATE) - CAST(due_date AS DATE)
    ) <= 60
    THEN '31-60'
    WHEN (
      CAST(as_of_day AS DATE) - CAST(due_date AS DATE)
    ) <= 90
    THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM LEDGER_OPEN_ITEMS(as_of_day)
WHERE
  third_party_kind = 'CUSTOMER'
$$;
