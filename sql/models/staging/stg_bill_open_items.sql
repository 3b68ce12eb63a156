-- One row for each open item of a bill.
SELECT
  raw.company_id AS company_id,
  raw.id AS document_id,
  text_at(item, 'id') AS open_item_id,
  COALESCE(money_at(item, 'amount'), 0) AS amount,
  COALESCE(money_at(item, 'paidAmountAccumulated'), 0) AS paid,
  day_at(item, 'dueDate') AS due_date,
  text_at(item, 'status') AS item_status
FROM bills AS raw
CROSS JOIN each_of(raw.openItems) AS item
