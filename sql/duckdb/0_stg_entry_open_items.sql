-- One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it.
CREATE OR REPLACE VIEW stg_entry_open_items AS
SELECT
  raw."company_id" AS company_id,
  raw.line."id" AS entry_line_id,
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
    raw."line",
    UNNEST(raw.line."accountingEntryInvoice"."openItems") AS item
  FROM (
    SELECT
      raw."company_id",
      UNNEST(
        JSON_TRANSFORM(
          raw."accountingEntryLines",
          '[{"id": "VARCHAR", "accountingEntryInvoice": {"openItems": [{"id": "VARCHAR", "dueDate": "VARCHAR", "status": "VARCHAR", "amount": "VARCHAR", "paidAmountAccumulated": "VARCHAR"}]}}]'
        )
      ) AS line
    FROM journal_entries AS raw
  ) AS raw
) AS raw;
