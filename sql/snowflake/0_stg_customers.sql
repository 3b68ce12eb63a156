-- One row for each customer.
CREATE OR REPLACE VIEW stg_customers AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS customer_id,
  raw."CODE" AS customer_code,
  raw."SOCIALNAME" AS customer_name,
  CAST(SUBSTRING(CAST(raw."CREATIONDATE" AS VARCHAR), 1, 10) AS DATE) AS created_on
FROM customers AS raw;
