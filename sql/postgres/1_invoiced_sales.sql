-- One row for each line of a sales invoice or credit note that has been issued. Drafts (Pending), advance invoices and
-- the lines that deduct them are left out, so that nothing counts twice; credit notes are negative, whatever sign the
-- API gives them. This is what was invoiced: revenue comes from the income accounts of the ledger.
CREATE OR REPLACE VIEW invoiced_sales AS
WITH stg_credit_note_lines AS MATERIALIZED (
  SELECT
    *
  FROM stg_credit_note_lines
), stg_credit_notes AS MATERIALIZED (
  SELECT
    *
  FROM stg_credit_notes
), stg_customers AS MATERIALIZED (
  SELECT
    *
  FROM stg_customers
), stg_invoice_lines AS MATERIALIZED (
  SELECT
    *
  FROM stg_invoice_lines
), stg_invoices AS MATERIALIZED (
  SELECT
    *
  FROM stg_invoices
), stg_items AS MATERIALIZED (
  SELECT
    *
  FROM stg_items
), documents AS MATERIALIZED (
  SELECT
    company_id,
    document_id,
    'invoice' AS document_kind,
    document_number,
    document_date,
    operation_date,
    document_status,
    customer_id,
    customer_name,
    1 AS sign
  FROM stg_invoices
  WHERE
    document_status <> 'Pending'
    AND COALESCE(document_type, 'NORMAL') <> 'PAYMENT_IN_ADVANCE'
  UNION ALL
  SELECT
    company_id,
    document_id,
    'credit_note' AS document_kind,
    document_number,
    document_date,
    operation_date,
    document_status,
    customer_id,
    customer_name,
    CASE WHEN COALESCE(total_net, total_liquid) < 0 THEN 1 ELSE -1 END AS sign
  FROM stg_credit_notes
  WHERE
    document_status <> 'Pending'
), lines AS MATERIALIZED (
  SELECT
    *
  FROM stg_invoice_lines
  UNION ALL
  SELECT
    *
  FROM stg_credit_note_lines
), advance_items AS MATERIALIZED (
  SELECT
    line.company_id,
    line.item_id
  FROM stg_invoice_lines AS line
  JOIN stg_invoices AS document
    ON document.company_id = line.company_id AND document.document_id = line.document_id
  WHERE
    document.document_type = 'PAYMENT_IN_ADVANCE' AND NOT line.item_id IS NULL
  UNION
  SELECT
    company_id,
    item_id
  FROM stg_items
  WHERE
    item_category = 'CONCEPT'
)
SELECT
  document.company_id,
  document.document_id,
  line.document_line_id,
  document.document_kind,
  document.document_number,
  document.document_date,
  COALESCE(document.operation_date, document.document_date) AS operation_date,
  document.document_status,
  document.customer_id,
  customer.customer_code,
  COALESCE(document.customer_name, customer.customer_name) AS customer_name,
  line.item_id,
  line.item_code,
  line.item_name,
  document.sign,
  CAST(line.quantity * document.sign AS DECIMAL(38, 6)) AS quantity,
  CAST(line.gross * document.sign AS DECIMAL(38, 6)) AS gross,
  CAST(line.discount * document.sign AS DECIMAL(38, 6)) AS discount,
  CAST(line.net * document.sign AS DECIMAL(38, 6)) AS net,
  CAST(line.vat * document.sign AS DECIMAL(38, 6)) AS vat,
  CAST(line.surcharge * document.sign AS DECIMAL(38, 6)) AS surcharge
FROM documents AS document
JOIN lines AS line
  ON line.company_id = document.company_id AND line.document_id = document.document_id
LEFT JOIN advance_items
  ON advance_items.company_id = line.company_id
  AND advance_items.item_id = line.item_id
LEFT JOIN stg_customers AS customer
  ON customer.company_id = document.company_id
  AND customer.customer_id = document.customer_id
WHERE
  advance_items.item_id IS NULL;
