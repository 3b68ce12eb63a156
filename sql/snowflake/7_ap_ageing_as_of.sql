-- The payables that were open on a day, by how long they were overdue: one row for each instalment of a document that
-- something was left of. Payments that were not allocated, prepayments and credit notes are rows of their own, with
-- negative amounts. It comes from ledger lines and matches dated up to the day; the sum by supplier is its balance.
CREATE OR REPLACE FUNCTION ap_ageing_as_of(as_of_day DATE)
RETURNS TABLE (company_id VARCHAR, supplier_id VARCHAR, supplier_code VARCHAR, supplier_name VARCHAR, item_kind VARCHAR, document_id VARCHAR, document_number VARCHAR, document_date DATE, entry_line_id VARCHAR, instalment BIGINT, due_date DATE, amount DECIMAL(38, 6), paid DECIMAL(38, 6), open_amount DECIMAL(38, 6), days_overdue BIGINT, bucket VARCHAR)
AS $$
SELECT
  company_id,
  third_party_id AS supplier_id,
  third_party_code AS supplier_code,
  third_party_name AS supplier_name,
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
  CAST(DATEDIFF(DAY, due_date, as_of_day) AS BIGINT) AS days_overdue,
  CASE
    WHEN due_date >= as_of_day
    THEN 'not due'
    WHEN DATEDIFF(DAY, due_date, as_of_day) <= 30
    THEN '1-30'
    WHEN DATEDIFF(DAY, due_date, as_of_day) <= 60
    THEN '31-60'
    WHEN DATEDIFF(DAY, due_date, as_of_day) <= 90
    THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM TABLE(LEDGER_OPEN_ITEMS(as_of_day))
WHERE
  third_party_kind = 'SUPPLIER'
$$;
