{# Written by `make models`.

The payables that are open today, by how long they are overdue: one row for each open item. Credit notes, payments that
are not allocated and prepayments are rows of their own, with negative amounts. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals', 'suppliers'])) }}
SELECT
  item.company_id,
  item.third_party_id AS supplier_id,
  party.supplier_code,
  party.supplier_name,
  item.item_kind,
  item.document_id,
  item.document_number,
  item.document_date,
  item.is_posted,
  item.item_id,
  item.due_date,
  item.amount,
  item.paid,
  item.open_amount,
  CAST({{ sage_active.days_between('item.due_date', 'CURRENT_DATE') }} AS {{ sage_active.type_of('whole') }}) AS days_overdue,
  CASE
    WHEN item.due_date >= CURRENT_DATE
    THEN 'not due'
    WHEN {{ sage_active.days_between('item.due_date', 'CURRENT_DATE') }} <= 30
    THEN '1-30'
    WHEN {{ sage_active.days_between('item.due_date', 'CURRENT_DATE') }} <= 60
    THEN '31-60'
    WHEN {{ sage_active.days_between('item.due_date', 'CURRENT_DATE') }} <= 90
    THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM {{ ref('open_items') }} AS item
LEFT JOIN {{ ref('stg_suppliers') }} AS party
  ON party.company_id = item.company_id AND party.supplier_id = item.third_party_id
WHERE
  item.third_party_kind = 'SUPPLIER'
