-- One row for each bill, drafts included.
CREATE OR REPLACE VIEW stg_bills AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  raw."invoiceNumber" AS document_number,
  CASE
    WHEN CAST(TYPEOF(raw."invoiceDate") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."invoiceDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."invoiceDate" AS TEXT), 1, 10) AS DATE)
  END AS document_date,
  CASE
    WHEN CAST(TYPEOF(raw."operationDate") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."operationDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."operationDate" AS TEXT), 1, 10) AS DATE)
  END AS operation_date,
  raw."status" AS document_status,
  raw."supplierId" AS supplier_id,
  raw."supplier" ->> '$.code' AS supplier_code,
  CAST(raw."totalLiquid" AS DECIMAL(38, 6)) AS total_liquid,
  CAST(raw."pendingAmount" AS DECIMAL(38, 6)) AS pending_amount,
  COALESCE(raw."isEInvoiceCreditNote", FALSE) AS is_e_invoice_credit_note
FROM bills AS raw;
