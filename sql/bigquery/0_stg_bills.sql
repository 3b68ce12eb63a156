-- One row for each bill, drafts included.
CREATE OR REPLACE VIEW stg_bills AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS document_id,
  raw.`invoiceNumber` AS document_number,
  CAST(SUBSTR(CAST(raw.`invoiceDate` AS STRING), 1, 10) AS DATE) AS document_date,
  CAST(SUBSTR(CAST(raw.`operationDate` AS STRING), 1, 10) AS DATE) AS operation_date,
  raw.`status` AS document_status,
  raw.`supplierId` AS supplier_id,
  JSON_VALUE(raw.`supplier`, '$.code') AS supplier_code,
  CAST(raw.`totalLiquid` AS BIGNUMERIC) AS total_liquid,
  CAST(raw.`pendingAmount` AS BIGNUMERIC) AS pending_amount,
  COALESCE(raw.`isEInvoiceCreditNote`, FALSE) AS is_e_invoice_credit_note
FROM bills AS raw;
