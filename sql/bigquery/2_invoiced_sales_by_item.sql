-- One row for each month and item: what was invoiced, credit notes deducted.
CREATE OR REPLACE VIEW invoiced_sales_by_item AS
SELECT
  company_id,
  DATE_TRUNC(document_date, MONTH) AS sales_month,
  item_id,
  MAX(item_code) AS item_code,
  CAST(SUM(quantity) AS BIGNUMERIC) AS quantity,
  CAST(SUM(net) AS BIGNUMERIC) AS net,
  CAST(SUM(discount) AS BIGNUMERIC) AS discount,
  CAST(SUM(vat) AS BIGNUMERIC) AS vat,
  CAST(COUNT(DISTINCT document_id) AS INT64) AS document_count
FROM invoiced_sales
GROUP BY
  company_id,
  DATE_TRUNC(document_date, MONTH),
  item_id;
