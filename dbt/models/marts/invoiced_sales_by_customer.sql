{# Written by `make models`.

One row for each month and customer: what was invoiced, credit notes deducted. #}
{{ config(enabled=sage_active.streams_are_read(['credit_notes', 'customers', 'invoices', 'items'])) }}
SELECT
  company_id,
  {{ sage_active.month_of('document_date') }} AS sales_month,
  customer_id,
  MAX(customer_code) AS customer_code,
  CAST(SUM(net) AS {{ sage_active.type_of('money') }}) AS net,
  CAST(SUM(discount) AS {{ sage_active.type_of('money') }}) AS discount,
  CAST(SUM(vat) AS {{ sage_active.type_of('money') }}) AS vat,
  CAST(COUNT(DISTINCT document_id) AS {{ sage_active.type_of('whole') }}) AS document_count
FROM {{ ref('invoiced_sales') }} AS invoiced_sales
GROUP BY
  company_id,
  {{ sage_active.month_of('document_date') }},
  customer_id
