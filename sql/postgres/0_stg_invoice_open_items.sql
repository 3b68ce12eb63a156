-- One row for each open item of a sales invoice.
CREATE OR REPLACE VIEW stg_invoice_open_items AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  CAST(item.item AS JSONB) #>> '{id}' AS open_item_id,
  COALESCE(CAST((
    CAST(item.item AS JSONB) #>> '{amount}'
  ) AS DECIMAL(38, 6)), 0) AS amount,
  COALESCE(
    CAST((
      CAST(item.item AS JSONB) #>> '{paidAmountAccumulated}'
    ) AS DECIMAL(38, 6)),
    0
  ) AS paid,
  CAST(SUBSTRING(CAST(item.item AS JSONB) #>> '{dueDate}' FROM 1 FOR 10) AS DATE) AS due_date,
  CAST(item.item AS JSONB) #>> '{status}' AS item_status
FROM invoices AS raw
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(raw."openItems" AS JSONB)) = 'array'
    THEN CAST(raw."openItems" AS JSONB)
  END
) AS item(item);
