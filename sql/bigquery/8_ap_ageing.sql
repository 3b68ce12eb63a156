-- The payables that are open today, by how long they are overdue: one row for each open item. Credit notes, payments that
-- are not allocated and prepayments are rows of their own, with negative amounts.
CREATE OR REPLACE VIEW ap_ageing AS
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
  CAST(DATE_DIFF(CURRENT_DATE, item.due_date, DAY) AS INT64) AS days_overdue,
  CASE
    WHEN item.due_date >= CURRENT_DATE
    THEN 'not due'
    WHEN DATE_DIFF(CURRENT_DATE, item.due_date, DAY) <= 30
    THEN '1-30'
    WHEN DATE_DIFF(CURRENT_DATE, item.due_date, DAY) <= 60
    THEN '31-60'
    WHEN DATE_DIFF(CURRENT_DATE, item.due_date, DAY) <= 90
    THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM open_items AS item
LEFT JOIN stg_suppliers AS party
  ON party.company_id = item.company_id AND party.supplier_id = item.third_party_id
WHERE
  item.third_party_kind = 'SUPPLIER';
