-- One row for each credit note, drafts included.
CREATE OR REPLACE VIEW stg_credit_notes AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS document_id,
  raw.`operationalNumber` AS document_number,
  CAST(SUBSTR(CAST(raw.`documentDate` AS STRING), 1, 10) AS DATE) AS document_date,
  CAST(SUBSTR(CAST(raw.`operationDate` AS STRING), 1, 10) AS DATE) AS operation_date,
  raw.`status` AS document_status,
  raw.`type` AS document_type,
  raw.`customerId` AS customer_id,
  raw.`socialName` AS customer_name,
  CAST(raw.`totalNet` AS BIGNUMERIC) AS total_net,
  CAST(raw.`totalLiquid` AS BIGNUMERIC) AS total_liquid
FROM credit_notes AS raw;
