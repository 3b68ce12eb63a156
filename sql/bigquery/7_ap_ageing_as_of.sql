-- The payables that were open on a day, by how long they were overdue: one row for each instalment of a document that
-- something was left of. Payments that were not allocated, prepayments and credit notes are rows of their own, with
-- negative amounts. It comes from ledger lines and matches dated up to the day; the sum by supplier is its balance.
CREATE OR REPLACE TABLE FUNCTION ap_ageing_as_of(as_of_day DATE) AS (
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
  CAST(DATE_DIFF(as_of_day, due_date, DAY) AS INT64) AS days_overdue,
  CASE
    WHEN due_date >= as_of_day
    THEN 'not due'
    WHEN DATE_DIFF(as_of_day, due_date, DAY) <= 30
    THEN '1-30'
    WHEN DATE_DIFF(as_of_day, due_date, DAY) <= 60
    THEN '31-60'
    WHEN DATE_DIFF(as_of_day, due_date, DAY) <= 90
    THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM ledger_open_items(as_of_day)
WHERE
  third_party_kind = 'SUPPLIER'
);
