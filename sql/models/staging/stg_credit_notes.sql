-- One row for each credit note, drafts included.
SELECT
  raw.company_id AS company_id,
  raw.id AS document_id,
  raw.operationalNumber AS document_number,
  day_of(raw.documentDate) AS document_date,
  day_of(raw.operationDate) AS operation_date,
  raw.status AS document_status,
  raw.type AS document_type,
  raw.customerId AS customer_id,
  raw.socialName AS customer_name,
  money_of(raw.totalNet) AS total_net,
  money_of(raw.totalLiquid) AS total_liquid
FROM credit_notes AS raw
