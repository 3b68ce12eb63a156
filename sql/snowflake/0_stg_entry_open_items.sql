-- One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it.
CREATE OR REPLACE VIEW stg_entry_open_items AS
SELECT
  raw."COMPANY_ID" AS company_id,
  CAST(GET_PATH(line.value, 'id') AS VARCHAR) AS entry_line_id,
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
FROM journal_entries AS raw
CROSS JOIN LATERAL FLATTEN(INPUT => raw."ACCOUNTINGENTRYLINES") AS line(SEQ, KEY, PATH, INDEX, VALUE, THIS)
CROSS JOIN LATERAL FLATTEN(INPUT => GET_PATH(line.value, 'accountingEntryInvoice.openItems')) AS item(SEQ, KEY, PATH, INDEX, VALUE, THIS);
