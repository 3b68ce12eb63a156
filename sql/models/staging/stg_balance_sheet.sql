-- One row for each line of the server's balance sheet of a fiscal year.
SELECT
  raw.company_id AS company_id,
  raw.exerciseId AS fiscal_year_id,
  raw.code AS line_code,
  raw.description AS line_description,
  raw.lineType AS line_type,
  raw."order" AS line_position,
  money_of(raw.amountTotal) AS amount
FROM balance_sheet AS raw
