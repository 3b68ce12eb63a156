-- One row for each month and customer: what was invoiced, credit notes deducted.
CREATE OR REPLACE VIEW invoiced_sales_by_customer AS
WITH invoiced_sales AS MATERIALIZED (
  SELECT
    *
  FROM invoiced_sales
)
SELECT
  company_id,
  CAST(DATE_TRUNC('MONTH', document_date) AS DATE) AS sales_month,
  customer_id,
  MAX(customer_code) AS customer_code,
  CAST(SUM(net) AS DECIMAL(38, 6)) AS net,
  CAST(SUM(discount) AS DECIMAL(38, 6)) AS discount,
  CAST(SUM(vat) AS DECIMAL(38, 6)) AS vat,
  CAST(COUNT(DISTINCT document_id) AS BIGINT) AS document_count
FROM invoiced_sales
GROUP BY
  company_id,
  CAST(DATE_TRUNC('MONTH', document_date) AS DATE),
  customer_id;
