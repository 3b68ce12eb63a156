-- What was open on a day, from ledger lines and matches dated up to it: one row for each instalment that something is
-- left of. Within a match the earliest due date is paid first; what is not matched is open as a whole. The sum by third
-- party is its balance on that day.
CREATE OR REPLACE FUNCTION ledger_open_items(as_of_day DATE)
RETURNS TABLE (company_id TEXT, third_party_kind TEXT, third_party_id TEXT, third_party_code TEXT, third_party_name TEXT, item_kind TEXT, document_id TEXT, document_number TEXT, document_date DATE, entry_line_id TEXT, instalment BIGINT, due_date DATE, amount DECIMAL(38, 6), paid DECIMAL(38, 6), open_amount DECIMAL(38, 6))
LANGUAGE SQL STABLE AS $$
WITH third_party_items AS MATERIALIZED (
  SELECT
    *
  FROM third_party_items
), known AS MATERIALIZED (
  SELECT
    third_party_items.*,
    CASE WHEN amount < 0 THEN -1 ELSE 1 END AS side,
    ABS(amount) AS size
  FROM third_party_items
  WHERE
    entry_date <= as_of_day AND amount <> 0
), counted AS MATERIALIZED (
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
), uncovered AS MATERIALIZED (
  SELECT
    counted.*,
    size_so_far - CASE WHEN side = 1 THEN settling_size ELSE owed_size END AS left_over
  FROM counted
), opened AS MATERIALIZED (
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
  CAST(amount - left_open AS DECIMAL(38, 6)) AS paid,
  CAST(left_open AS DECIMAL(38, 6)) AS open_amount
FROM opened
WHERE
  left_open <> 0
$$;
