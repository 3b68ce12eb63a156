-- One row for each customer.
CREATE OR REPLACE VIEW stg_customers AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS customer_id,
  raw.`code` AS customer_code,
  raw.`socialName` AS customer_name,
  CAST(SUBSTR(CAST(raw.`creationDate` AS STRING), 1, 10) AS DATE) AS created_on
FROM customers AS raw;
