-- One row for each bill, drafts included.
CREATE OR REPLACE VIEW stg_bills AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS document_id,
  raw."INVOICENUMBER" AS document_number,
  CAST(SUBSTRING(CAST(raw."INVOICEDATE" AS VARCHAR), 1, 10) AS DATE) AS document_date,
  CAST(SUBSTRING(CAST(raw."OPERATIONDATE" AS VARCHAR), 1, 10) AS DATE) AS operation_date,
  raw."STATUS" AS document_status,
  raw."SUPPLIERID" AS supplier_id,
  CAST(GET_PATH(raw."SUPPLIER", 'code') AS VARCHAR) AS supplier_code,
  CAST(raw."TOTALLIQUID" AS DECIMAL(38, 6)) AS total_liquid,
  CAST(raw."PENDINGAMOUNT" AS DECIMAL(38, 6)) AS pending_amount,
  COALESCE(raw."ISEINVOICECREDITNOTE", FALSE) AS is_e_invoice_credit_note
FROM bills AS raw;
