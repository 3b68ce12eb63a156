-- One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it.
CREATE OR REPLACE VIEW stg_entry_open_items AS
SELECT
  raw."company_id" AS company_id,
  line.item ->> '$.id' AS entry_line_id,
  item.item ->> '$.id' AS open_item_id,
  COALESCE(CAST((
    item.item ->> '$.amount'
  ) AS DECIMAL(38, 6)), 0) AS amount,
  COALESCE(CAST((
    item.item ->> '$.paidAmountAccumulated'
  ) AS DECIMAL(38, 6)), 0) AS paid,
  CAST(SUBSTRING(item.item ->> '$.dueDate', 1, 10) AS DATE) AS due_date,
  item.item ->> '$.status' AS item_status
FROM journal_entries AS raw
CROSS JOIN UNNEST(CAST(raw."accountingEntryLines" AS JSON[])) AS line(item)
CROSS JOIN UNNEST(CAST(line.item -> '$.accountingEntryInvoice.openItems' AS JSON[])) AS item(item);
