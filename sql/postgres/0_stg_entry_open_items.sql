-- One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it.
CREATE OR REPLACE VIEW stg_entry_open_items AS
SELECT
  raw."company_id" AS company_id,
  CAST(line.item AS JSONB) #>> '{id}' AS entry_line_id,
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
FROM journal_entries AS raw
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(raw."accountingEntryLines" AS JSONB)) = 'array'
    THEN CAST(raw."accountingEntryLines" AS JSONB)
  END
) AS line(item)
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(CAST(line.item AS JSONB) #> '{accountingEntryInvoice,openItems}' AS JSONB)) = 'array'
    THEN CAST(CAST(line.item AS JSONB) #> '{accountingEntryInvoice,openItems}' AS JSONB)
  END
) AS item(item);
