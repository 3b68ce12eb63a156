-- One row for each open item of a bill.
CREATE OR REPLACE VIEW stg_bill_open_items AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS document_id,
  JSON_VALUE(item, '$.id') AS open_item_id,
  COALESCE(CAST((
    JSON_VALUE(item, '$.amount')
  ) AS BIGNUMERIC), 0) AS amount,
  COALESCE(CAST((
    JSON_VALUE(item, '$.paidAmountAccumulated')
  ) AS BIGNUMERIC), 0) AS paid,
  CAST(SUBSTR(JSON_VALUE(item, '$.dueDate'), 1, 10) AS DATE) AS due_date,
  JSON_VALUE(item, '$.status') AS item_status
FROM bills AS raw
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(raw.`openItems`, '$')) AS item;
