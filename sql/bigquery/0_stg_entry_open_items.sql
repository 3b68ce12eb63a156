-- One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it.
CREATE OR REPLACE VIEW stg_entry_open_items AS
SELECT
  raw.`company_id` AS company_id,
  JSON_VALUE(line, '$.id') AS entry_line_id,
  JSON_VALUE(item, '$.id') AS open_item_id,
  COALESCE(CAST((
    JSON_VALUE(item, '$.amount')
  ) AS BIGNUMERIC), 0) AS amount,
  COALESCE(CAST((
    JSON_VALUE(item, '$.paidAmountAccumulated')
  ) AS BIGNUMERIC), 0) AS paid,
  CAST(SUBSTR(JSON_VALUE(item, '$.dueDate'), 1, 10) AS DATE) AS due_date,
  JSON_VALUE(item, '$.status') AS item_status
FROM journal_entries AS raw
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(raw.`accountingEntryLines`, '$')) AS line
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(JSON_QUERY(line, '$.accountingEntryInvoice.openItems'), '$')) AS item;
