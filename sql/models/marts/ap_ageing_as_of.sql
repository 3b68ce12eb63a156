-- The payables that were open on a day, by how long they were overdue: one row for each instalment of a document that
-- something was left of. Payments that were not allocated, prepayments and credit notes are rows of their own, with
-- negative amounts. It comes from ledger lines and matches dated up to the day; the sum by supplier is its balance.
--
-- columns:
--   company_id text: the company
--   supplier_id text: the supplier
--   supplier_code text: its code
--   supplier_name text: its name
--   item_kind text: as in third_party_items
--   document_id text: the document; null for what has none
--   document_number text: its number, or that of the line
--   document_date day: its day, or that of the line
--   entry_line_id text: the ledger line
--   instalment whole: number of the instalment in the line
--   due_date day: day on which it is due
--   amount money: amount of the instalment
--   paid money: how much of it was paid, or allocated
--   open_amount money: what was left
--   days_overdue whole: days since the due date; negative if that was still to come
--   bucket text: not due, 1-30, 31-60, 61-90 or over 90
-- parameters:
--   as_of_day day: the day
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
  CAST(DATE_DIFF('day', due_date, as_of_day) AS BIGINT) AS days_overdue,
  CASE
    WHEN due_date >= as_of_day THEN 'not due'
    WHEN DATE_DIFF('day', due_date, as_of_day) <= 30 THEN '1-30'
    WHEN DATE_DIFF('day', due_date, as_of_day) <= 60 THEN '31-60'
    WHEN DATE_DIFF('day', due_date, as_of_day) <= 90 THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM ledger_open_items(as_of_day)
WHERE third_party_kind = 'SUPPLIER'
