-- One row for each open item of a sales invoice.
CREATE OR REPLACE VIEW stg_invoice_open_items AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS document_id,
  CAST(GET_PATH(item.value, 'id') AS VARCHAR) AS open_item_id,
  COALESCE(CAST((
    CAST(GET_PATH(item.value, 'amount') AS VARCHAR)
  ) AS DECIMAL(38, 6)), 0) AS amount,
  COALESCE(
    CAST((
      CAST(GET_PATH(item.value, 'paidAmountAccumulated') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS paid,
  CAST(SUBSTRING(CAST(GET_PATH(item.value, 'dueDate') AS VARCHAR), 1, 10) AS DATE) AS due_date,
  CAST(GET_PATH(item.value, 'status') AS VARCHAR) AS item_status
FROM invoices AS raw
CROSS JOIN LATERAL FLATTEN(INPUT => raw."OPENITEMS") AS item(SEQ, KEY, PATH, INDEX, VALUE, THIS);
