-- One row for each open item of a customer or supplier that something is left of today. Documents come from their own
-- open items, which alone tell of every payment; what was entered without a document from the open items of its entry;
-- payments that are not allocated, prepayments and other lines from the ledger. No document comes twice.
CREATE OR REPLACE VIEW open_items AS
WITH documents AS (
  SELECT
    document.company_id,
    'CUSTOMER' AS third_party_kind,
    document.customer_id AS party_id,
    CASE
      WHEN document.document_type = 'PAYMENT_IN_ADVANCE'
      THEN 'advance'
      ELSE 'invoice'
    END AS item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.document_status,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount,
    item.paid
  FROM stg_invoice_open_items AS item
  JOIN stg_invoices AS document
    ON document.company_id = item.company_id AND document.document_id = item.document_id
  WHERE
    document.document_status <> 'Pending'
    AND NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
  UNION ALL
  SELECT
    document.company_id,
    'CUSTOMER' AS third_party_kind,
    document.customer_id AS party_id,
    'credit_note' AS item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.document_status,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount * CASE WHEN document.total_liquid < 0 THEN 1 ELSE -1 END AS amount,
    item.paid * CASE WHEN document.total_liquid < 0 THEN 1 ELSE -1 END AS paid
  FROM stg_credit_note_open_items AS item
  JOIN stg_credit_notes AS document
    ON document.company_id = item.company_id AND document.document_id = item.document_id
  WHERE
    document.document_status <> 'Pending'
    AND NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
  UNION ALL
  SELECT
    document.company_id,
    'SUPPLIER' AS third_party_kind,
    document.supplier_id AS party_id,
    'bill' AS item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.document_status,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount,
    item.paid
  FROM stg_bill_open_items AS item
  JOIN stg_bills AS document
    ON document.company_id = item.company_id AND document.document_id = item.document_id
  WHERE
    NOT document.document_status IN ('Pending', 'Uploading', 'SbdRejected', 'Refused')
    AND NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
), entered AS (
  SELECT
    item.company_id,
    item.third_party_kind,
    item.third_party_id,
    item.entry_line_id,
    item.document_number,
    item.document_date,
    CASE WHEN SUM(item.amount) < 0 THEN -1 ELSE 1 END * CASE WHEN MIN(line.invoice_amount) < 0 THEN -1 ELSE 1 END AS item_sign
  FROM third_party_items AS item
  JOIN stg_entry_lines AS line
    ON line.company_id = item.company_id AND line.entry_line_id = item.entry_line_id
  WHERE
    item.item_kind = 'entry'
  GROUP BY
    item.company_id,
    item.third_party_kind,
    item.third_party_id,
    item.entry_line_id,
    item.document_number,
    item.document_date
), items AS (
  SELECT
    company_id,
    third_party_kind,
    party_id AS third_party_id,
    item_kind,
    document_id,
    document_number,
    document_date,
    document_status IN ('Posted', 'PartiallyCollected', 'Collected', 'PartiallyPaid', 'Paid') AS is_posted,
    item_id,
    due_date,
    amount,
    paid
  FROM documents
  UNION ALL
  SELECT
    entered.company_id,
    entered.third_party_kind,
    entered.third_party_id,
    'entry' AS item_kind,
    CAST(NULL AS TEXT) AS document_id,
    entered.document_number,
    entered.document_date,
    TRUE AS is_posted,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount * entered.item_sign AS amount,
    item.paid * entered.item_sign AS paid
  FROM stg_entry_open_items AS item
  JOIN entered
    ON entered.company_id = item.company_id
    AND entered.entry_line_id = item.entry_line_id
  WHERE
    NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
  UNION ALL
  SELECT
    company_id,
    third_party_kind,
    third_party_id,
    item_kind,
    document_id,
    document_number,
    document_date,
    TRUE AS is_posted,
    entry_line_id AS item_id,
    due_date,
    amount,
    paid
  FROM LEDGER_OPEN_ITEMS(CURRENT_DATE)
  WHERE
    item_kind IN ('prepayment', 'opening', 'payment', 'other')
)
SELECT
  company_id,
  third_party_kind,
  third_party_id,
  item_kind,
  document_id,
  document_number,
  document_date,
  is_posted,
  item_id,
  COALESCE(due_date, document_date) AS due_date,
  CAST(amount AS DECIMAL(38, 6)) AS amount,
  CAST(paid AS DECIMAL(38, 6)) AS paid,
  CAST(amount - paid AS DECIMAL(38, 6)) AS open_amount
FROM items
WHERE
  amount <> paid;
