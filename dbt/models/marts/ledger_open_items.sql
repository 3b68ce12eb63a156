{# Written by `make models`.

What was open on a day, from ledger lines and matches dated up to it: one row for each instalment that something is
left of. Within a match the earliest due date is paid first; what is not matched is open as a whole. The sum by third
party is its balance on that day. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals'])) }}
WITH known AS (
  SELECT
    third_party_items.*,
    CASE WHEN amount < 0 THEN -1 ELSE 1 END AS side,
    ABS(amount) AS size
  FROM {{ ref('third_party_items') }} AS third_party_items
  WHERE
    entry_date <= {{ sage_active.day_given('sage_active_as_of_day') }} AND amount <> 0
), counted AS (
  SELECT
    known.*,
    SUM(size) OVER (
      PARTITION BY company_id, third_party_kind, third_party_id, match_key, side
      ORDER BY due_date, entry_date, entry_line_id, instalment
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS size_so_far,
    SUM(CASE WHEN side = 1 THEN size ELSE 0 END) OVER (PARTITION BY company_id, third_party_kind, third_party_id, match_key) AS owed_size,
    SUM(CASE WHEN side = -1 THEN size ELSE 0 END) OVER (PARTITION BY company_id, third_party_kind, third_party_id, match_key) AS settling_size
  FROM known
), uncovered AS (
  SELECT
    counted.*,
    size_so_far - CASE WHEN side = 1 THEN settling_size ELSE owed_size END AS left_over
  FROM counted
), opened AS (
  SELECT
    uncovered.*,
    side * CASE WHEN left_over <= 0 THEN 0 WHEN left_over < size THEN left_over ELSE size END AS left_open
  FROM uncovered
)
SELECT
  company_id,
  third_party_kind,
  third_party_id,
  third_party_code,
  third_party_name,
  item_kind,
  document_id,
  document_number,
  document_date,
  entry_line_id,
  instalment,
  due_date,
  amount,
  CAST(amount - left_open AS {{ sage_active.type_of('money') }}) AS paid,
  CAST(left_open AS {{ sage_active.type_of('money') }}) AS open_amount
FROM opened
WHERE
  left_open <> 0
