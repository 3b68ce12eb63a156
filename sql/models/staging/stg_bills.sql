-- One row for each bill, drafts included.
SELECT
  raw.company_id AS company_id,
  raw.id AS document_id,
  raw.invoiceNumber AS document_number,
  day_of(raw.invoiceDate) AS document_date,
  day_of(raw.operationDate) AS operation_date,
  raw.status AS document_status,
  raw.supplierId AS supplier_id,
  text_at(raw.supplier, 'code') AS supplier_code,
  money_of(raw.totalLiquid) AS total_liquid,
  money_of(raw.pendingAmount) AS pending_amount,
  COALESCE(raw.isEInvoiceCreditNote, FALSE) AS is_e_invoice_credit_note
FROM bills AS raw
