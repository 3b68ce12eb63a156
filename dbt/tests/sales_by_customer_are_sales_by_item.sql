{# Written by `make models`.

What was invoiced in a month is the same by customer and by item. #}
{{ config(enabled=sage_active.streams_are_read(['credit_notes', 'customers', 'invoices', 'items'])) }}
WITH sums AS (
  SELECT
    company_id,
    sales_month,
    net,
    discount,
    vat
  FROM {{ ref('invoiced_sales_by_customer') }} AS invoiced_sales_by_customer
  UNION ALL
  SELECT
    company_id,
    sales_month,
    -net,
    -discount,
    -vat
  FROM {{ ref('invoiced_sales_by_item') }} AS invoiced_sales_by_item
)
SELECT
  company_id,
  sales_month,
  SUM(net) AS net,
  SUM(discount) AS discount,
  SUM(vat) AS vat
FROM sums
GROUP BY
  company_id,
  sales_month
HAVING
  SUM(net) <> 0 OR SUM(discount) <> 0 OR SUM(vat) <> 0
