{# Written by `make models`.

One row for each line of a sales invoice or credit note that has been issued. Drafts (Pending), advance invoices and
the lines that deduct them are left out, so that nothing counts twice; credit notes are negative, whatever sign the
API gives them. This is what was invoiced: revenue comes from the income accounts of the ledger. #}
{{ config(enabled=sage_active.streams_are_read(['credit_notes', 'customers', 'invoices', 'items'])) }}
WITH documents AS (
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
  FROM {{ ref('stg_invoices') }} AS stg_invoices
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
  FROM {{ ref('stg_credit_notes') }} AS stg_credit_notes
  WHERE
    document_status <> 'Pending'
), lines AS (
  SELECT
    *
  FROM {{ ref('stg_invoice_lines') }} AS stg_invoice_lines
  UNION ALL
  SELECT
    *
  FROM {{ ref('stg_credit_note_lines') }} AS stg_credit_note_lines
), advance_items AS (
  SELECT
    line.company_id,
    line.item_id
  FROM {{ ref('stg_invoice_lines') }} AS line
  JOIN {{ ref('stg_invoices') }} AS document
    ON document.company_id = line.company_id AND document.document_id = line.document_id
  WHERE
    document.document_type = 'PAYMENT_IN_ADVANCE' AND NOT line.item_id IS NULL
  {{ sage_active.union_distinct() }}
  SELECT
    company_id,
    item_id
  FROM {{ ref('stg_items') }} AS stg_items
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
  CAST(line.quantity * document.sign AS {{ sage_active.type_of('money') }}) AS quantity,
  CAST(line.gross * document.sign AS {{ sage_active.type_of('money') }}) AS gross,
  CAST(line.discount * document.sign AS {{ sage_active.type_of('money') }}) AS discount,
  CAST(line.net * document.sign AS {{ sage_active.type_of('money') }}) AS net,
  CAST(line.vat * document.sign AS {{ sage_active.type_of('money') }}) AS vat,
  CAST(line.surcharge * document.sign AS {{ sage_active.type_of('money') }}) AS surcharge
FROM documents AS document
JOIN lines AS line
  ON line.company_id = document.company_id AND line.document_id = document.document_id
LEFT JOIN advance_items
  ON advance_items.company_id = line.company_id
  AND advance_items.item_id = line.item_id
LEFT JOIN {{ ref('stg_customers') }} AS customer
  ON customer.company_id = document.company_id
  AND customer.customer_id = document.customer_id
WHERE
  advance_items.item_id IS NULL
