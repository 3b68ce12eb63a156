-- One row for each credit note, drafts included.
CREATE OR REPLACE VIEW stg_credit_notes AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS document_id,
  raw."OPERATIONALNUMBER" AS document_number,
  CAST(SUBSTRING(CAST(raw."DOCUMENTDATE" AS VARCHAR), 1, 10) AS DATE) AS document_date,
  CAST(SUBSTRING(CAST(raw."OPERATIONDATE" AS VARCHAR), 1, 10) AS DATE) AS operation_date,
  raw."STATUS" AS document_status,
  raw."TYPE" AS document_type,
  raw."CUSTOMERID" AS customer_id,
  raw."SOCIALNAME" AS customer_name,
  CAST(raw."TOTALNET" AS DECIMAL(38, 6)) AS total_net,
  CAST(raw."TOTALLIQUID" AS DECIMAL(38, 6)) AS total_liquid
FROM credit_notes AS raw;
