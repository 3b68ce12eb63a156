-- One row for each customer.
CREATE OR REPLACE VIEW stg_customers AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS customer_id,
  raw."code" AS customer_code,
  raw."socialName" AS customer_name,
  CASE
    WHEN SUBSTRING(CAST(raw."creationDate" AS TEXT) FROM 11 FOR 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."creationDate" AS TEXT) FROM 1 FOR 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."creationDate" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS created_on
FROM customers AS raw;
