-- One row for each month and customer: what was invoiced, credit notes deducted.
--
-- columns:
--   company_id text: the company
--   sales_month day: first day of the month of the documents
--   customer_id text: the customer
--   customer_code text: its code
--   net money: amount after discounts, without VAT
--   discount money: discounts
--   vat money: VAT
--   document_count whole: invoices and credit notes
SELECT
  company_id,
  month_of(document_date) AS sales_month,
  customer_id,
  MAX(customer_code) AS customer_code,
  CAST(SUM(net) AS DECIMAL(38, 6)) AS net,
  CAST(SUM(discount) AS DECIMAL(38, 6)) AS discount,
  CAST(SUM(vat) AS DECIMAL(38, 6)) AS vat,
  CAST(COUNT(DISTINCT document_id) AS BIGINT) AS document_count
FROM invoiced_sales
GROUP BY company_id, month_of(document_date), customer_id
