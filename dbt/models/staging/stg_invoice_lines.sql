{# Written by `make models`.

One row for each line of a sales invoice. #}
{{ config(enabled=sage_active.streams_are_read(['invoices'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS document_id,
  {{ sage_active.text_at(sage_active.element('line'), 'id') }} AS document_line_id,
  {{ sage_active.whole_at(sage_active.element('line'), 'order') }} AS line_order,
  {{ sage_active.text_at(sage_active.element('line'), 'productId') }} AS item_id,
  {{ sage_active.text_at(sage_active.element('line'), 'productCode') }} AS item_code,
  {{ sage_active.text_at(sage_active.element('line'), 'productName') }} AS item_name,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalQuantity') }}, 0) AS quantity,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalGross') }}, 0) AS gross,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalDiscount') }}, 0) + COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalCustomerDiscount') }}, 0) AS discount,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalNet') }}, 0) AS net,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalVat') }}, 0) AS vat,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'totalFeeSurcharge') }}, 0) AS surcharge
FROM {{ source('sage_active', 'invoices') }} AS raw
{{ sage_active.join_each(sage_active.raw('lines'), 'line') }}
