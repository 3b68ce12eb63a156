-- One row for each open item of a bill.
CREATE OR REPLACE VIEW stg_bill_open_items AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  raw.item."id" AS open_item_id,
  COALESCE(CAST((
    raw.item."amount"
  ) AS DECIMAL(38, 6)), 0) AS amount,
  COALESCE(CAST((
    raw.item."paidAmountAccumulated"
  ) AS DECIMAL(38, 6)), 0) AS paid,
  CAST(SUBSTRING(raw.item."dueDate", 1, 10) AS DATE) AS due_date,
  raw.item."status" AS item_status
FROM (
  SELECT
    raw."company_id",
    raw."id",
    UNNEST(
      JSON_TRANSFORM(
        raw."openItems",
        '[{"id": "VARCHAR", "dueDate": "VARCHAR", "status": "VARCHAR", "amount": "VARCHAR", "paidAmountAccumulated": "VARCHAR"}]'
      )
    ) AS item
  FROM bills AS raw
) AS raw;
