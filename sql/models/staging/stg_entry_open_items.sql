-- One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it.
SELECT
  raw.company_id AS company_id,
  text_at(line, 'id') AS entry_line_id,
  text_at(item, 'id') AS open_item_id,
  COALESCE(money_at(item, 'amount'), 0) AS amount,
  COALESCE(money_at(item, 'paidAmountAccumulated'), 0) AS paid,
  day_at(item, 'dueDate') AS due_date,
  text_at(item, 'status') AS item_status
FROM journal_entries AS raw
CROSS JOIN each_of(raw.accountingEntryLines) AS line
CROSS JOIN each_of(line, 'accountingEntryInvoice.openItems') AS item
