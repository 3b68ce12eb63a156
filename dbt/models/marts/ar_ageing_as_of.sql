{# Written by `make models`.

The receivables that were open on a day, by how long they were overdue: one row for each instalment of a document that
something was left of. Payments that were not allocated, prepayments and credit notes are rows of their own, with
negative amounts. It comes from ledger lines and matches dated up to the day; the sum by customer is its balance. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals'])) }}
SELECT
  company_id,
  third_party_id AS customer_id,
  third_party_code AS customer_code,
  third_party_name AS customer_name,
  item_kind,
  document_id,
  document_number,
  document_date,
  entry_line_id,
  instalment,
  due_date,
  amount,
  paid,
  open_amount,
  CAST({{ sage_active.days_between('due_date', sage_active.day_given('sage_active_as_of_day')) }} AS {{ sage_active.type_of('whole') }}) AS days_overdue,
  CASE
    WHEN due_date >= {{ sage_active.day_given('sage_active_as_of_day') }}
    THEN 'not due'
    WHEN {{ sage_active.days_between('due_date', sage_active.day_given('sage_active_as_of_day')) }} <= 30
    THEN '1-30'
    WHEN {{ sage_active.days_between('due_date', sage_active.day_given('sage_active_as_of_day')) }} <= 60
    THEN '31-60'
    WHEN {{ sage_active.days_between('due_date', sage_active.day_given('sage_active_as_of_day')) }} <= 90
    THEN '61-90'
    ELSE 'over 90'
  END AS bucket
FROM {{ ref('ledger_open_items') }} AS ledger_open_items
WHERE
  third_party_kind = 'CUSTOMER'
