-- One row for each customer.
CREATE OR REPLACE VIEW stg_customers AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS customer_id,
  raw."code" AS customer_code,
  raw."socialName" AS customer_name,
  CASE
    WHEN CAST(PG_TYPEOF(raw."creationDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."creationDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."creationDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS created_on
FROM customers AS raw;
