-- One row for each credit note, drafts included.
CREATE OR REPLACE VIEW stg_credit_notes AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  raw."operationalNumber" AS document_number,
  CASE
    WHEN CAST(PG_TYPEOF(raw."documentDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."documentDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."documentDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS document_date,
  CASE
    WHEN CAST(PG_TYPEOF(raw."operationDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."operationDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."operationDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS operation_date,
  raw."status" AS document_status,
  raw."type" AS document_type,
  raw."customerId" AS customer_id,
  raw."socialName" AS customer_name,
  CAST(raw."totalNet" AS DECIMAL(38, 6)) AS total_net,
  CAST(raw."totalLiquid" AS DECIMAL(38, 6)) AS total_liquid
FROM credit_notes AS raw;
