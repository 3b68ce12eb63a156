-- One row for each customer.
SELECT
  raw.company_id AS company_id,
  raw.id AS customer_id,
  raw.code AS customer_code,
  raw.socialName AS customer_name,
  day_of(raw.creationDate) AS created_on
FROM customers AS raw
