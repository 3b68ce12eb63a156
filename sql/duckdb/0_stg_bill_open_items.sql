-- One row for each open item of a bill.
CREATE OR REPLACE VIEW stg_bill_open_items AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  item.item ->> '$.id' AS open_item_id,
  COALESCE(CAST((
    item.item ->> '$.amount'
  ) AS DECIMAL(38, 6)), 0) AS amount,
  COALESCE(CAST((
    item.item ->> '$.paidAmountAccumulated'
  ) AS DECIMAL(38, 6)), 0) AS paid,
  CAST(SUBSTRING(item.item ->> '$.dueDate', 1, 10) AS DATE) AS due_date,
  item.item ->> '$.status' AS item_status
FROM bills AS raw
CROSS JOIN UNNEST(CAST(raw."openItems" AS JSON[])) AS item(item);
