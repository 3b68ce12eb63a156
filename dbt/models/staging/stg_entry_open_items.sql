{# Written by `make models`.

One row for each open item of the invoice part of an entry line: an instalment, with what is paid of it. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entries'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.text_at(sage_active.element('line'), 'id') }} AS entry_line_id,
  {{ sage_active.text_at(sage_active.element('item'), 'id') }} AS open_item_id,
  COALESCE({{ sage_active.money_at(sage_active.element('item'), 'amount') }}, 0) AS amount,
  COALESCE({{ sage_active.money_at(sage_active.element('item'), 'paidAmountAccumulated') }}, 0) AS paid,
  {{ sage_active.day_at(sage_active.element('item'), 'dueDate') }} AS due_date,
  {{ sage_active.text_at(sage_active.element('item'), 'status') }} AS item_status
FROM {{ source('sage_active', 'journal_entries') }} AS raw
{{ sage_active.join_each(sage_active.raw('accountingEntryLines'), 'line') }}
{{ sage_active.join_each(sage_active.part(sage_active.element('line'), 'accountingEntryInvoice.openItems'), 'item') }}
