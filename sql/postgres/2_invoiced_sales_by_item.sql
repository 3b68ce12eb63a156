-- One row for each month and item: what was invoiced, credit notes deducted.
CREATE OR REPLACE VIEW invoiced_sales_by_item AS
WITH invoiced_sales AS MATERIALIZED (
  SELECT
    *
  FROM invoiced_sales
)
SELECT
  company_id,
  CAST(DATE_TRUNC('MONTH', document_date) AS DATE) AS sales_month,
  item_id,
  MAX(item_code) AS item_code,
  CAST(SUM(quantity) AS DECIMAL(38, 6)) AS quantity,
  CAST(SUM(net) AS DECIMAL(38, 6)) AS net,
  CAST(SUM(discount) AS DECIMAL(38, 6)) AS discount,
  CAST(SUM(vat) AS DECIMAL(38, 6)) AS vat,
  CAST(COUNT(DISTINCT document_id) AS BIGINT) AS document_count
FROM invoiced_sales
GROUP BY
  company_id,
  CAST(DATE_TRUNC('MONTH', document_date) AS DATE),
  item_id;
