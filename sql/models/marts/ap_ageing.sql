-- The payables that are open today, by how long they are overdue: one row for each open item. Credit notes, payments that
-- are not allocated and prepayments are rows of their own, with negative amounts.
--
-- columns:
--   company_id text: the company
--   supplier_id text: the supplier
--   supplier_code text: its code
--   supplier_name text: its name
--   item_kind text: as in third_party_items
--   document_id text: the document; null for what has none
--   document_number text: its number, or that of the entry
--   document_date day: its day, or that of the entry
--   is_posted flag: whether it is in the ledger; a document that is closed and not posted is not
--   item_id text: the open item, or the ledger line
--   due_date day: day on which it is due
--   amount money: amount of the item
--   paid money: how much of it is paid, or allocated
--   open_amount money: what is left
--   days_overdue whole: days since the due date; negative if that is still to come
--   bucket text: not due, 1-30, 31-60, 61-90 or over 90
SELECT
  item.company_id,
  item.third_party_id AS supplier_id,
  party.supplier_code,
  party.supplier_name,
  item.item_kind,
  item.document_id,
  item.document_number,
  item.document_date,
  item.is_posted,
  item.item_id,
  item.due_date,
  item.amount,
  item.paid,
  item.open_amount,
  CAST(DATE_DIFF('day', item.due_date, CURRENT_DATE) AS BIGINT) AS days_overdue,
  CASE
    WHEN item.due_date >= CURRENT_DATE THEN 'not due'
    WHEN DATE_DIFF('day', item.due_date, CURRENT_DATE) <= 30 THEN '1-30'
    WHEN DATE_DIFF('day', item.due_date, CURRENT_DATE) <= 60 THEN '31-60'
    WHEN DATE_DIFF('day', item.due_date, CURRENT_DATE) <= 90 THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM open_items AS item
LEFT JOIN stg_suppliers AS party
  ON party.company_id = item.company_id AND party.supplier_id = item.third_party_id
WHERE item.third_party_kind = 'SUPPLIER'
