{# Written by `make models`.

One row for each open item of a sales invoice. #}
{{ config(enabled=sage_active.streams_are_read(['invoices'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS document_id,
  {{ sage_active.text_at(sage_active.element('item'), 'id') }} AS open_item_id,
  COALESCE({{ sage_active.money_at(sage_active.element('item'), 'amount') }}, 0) AS amount,
  COALESCE({{ sage_active.money_at(sage_active.element('item'), 'paidAmountAccumulated') }}, 0) AS paid,
  {{ sage_active.day_at(sage_active.element('item'), 'dueDate') }} AS due_date,
  {{ sage_active.text_at(sage_active.element('item'), 'status') }} AS item_status
FROM {{ source('sage_active', 'invoices') }} AS raw
{{ sage_active.join_each(sage_active.raw('openItems'), 'item') }}
