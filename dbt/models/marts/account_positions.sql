{# Written by `make models`.

One row for each account that a statement shows, with its line, and the line that shows it while its balance is on the
other side. The mapping is the server's own (stream report_positions). On which side a line stands is not published;
where an account has two lines, the first one of the balance sheet is taken as that of the assets. #}
{{ config(enabled=sage_active.streams_are_read(['balance_sheet', 'report_positions'])) }}
WITH ranked AS (
  SELECT
    company_id,
    account_id,
    line_code,
    line_description,
    is_alternative,
    ROW_NUMBER() OVER (
      PARTITION BY company_id, account_id, is_alternative
      ORDER BY CASE WHEN is_main THEN 0 ELSE 1 END, line_code
    ) AS choice
  FROM {{ ref('stg_report_positions') }} AS stg_report_positions
), places AS (
  SELECT
    company_id,
    line_code,
    MIN(line_position) AS line_position
  FROM {{ ref('stg_balance_sheet') }} AS stg_balance_sheet
  GROUP BY
    company_id,
    line_code
)
SELECT
  main.company_id,
  main.account_id,
  main.line_code,
  main.line_description,
  other.line_code AS other_line_code,
  other.line_description AS other_line_description,
  CASE
    WHEN other.line_code IS NULL
    THEN NULL
    WHEN main_place.line_position < other_place.line_position
    THEN 'debit'
    ELSE 'credit'
  END AS usual_side
FROM ranked AS main
LEFT JOIN ranked AS other
  ON other.company_id = main.company_id
  AND other.account_id = main.account_id
  AND other.is_alternative
  AND other.choice = 1
LEFT JOIN places AS main_place
  ON main_place.company_id = main.company_id AND main_place.line_code = main.line_code
LEFT JOIN places AS other_place
  ON other_place.company_id = other.company_id
  AND other_place.line_code = other.line_code
WHERE
  NOT main.is_alternative AND main.choice = 1
