-- One row for each bill, drafts included.
CREATE OR REPLACE VIEW stg_bills AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  raw."invoiceNumber" AS document_number,
  CASE
    WHEN CAST(PG_TYPEOF(raw."invoiceDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."invoiceDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."invoiceDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS document_date,
  CASE
    WHEN CAST(PG_TYPEOF(raw."operationDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."operationDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."operationDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS operation_date,
  raw."status" AS document_status,
  raw."supplierId" AS supplier_id,
  CAST(raw."supplier" AS JSONB) #>> '{code}' AS supplier_code,
  CAST(raw."totalLiquid" AS DECIMAL(38, 6)) AS total_liquid,
  CAST(raw."pendingAmount" AS DECIMAL(38, 6)) AS pending_amount,
  COALESCE(raw."isEInvoiceCreditNote", FALSE) AS is_e_invoice_credit_note
FROM bills AS raw;
