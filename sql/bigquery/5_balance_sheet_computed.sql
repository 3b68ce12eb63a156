-- One row for each account of the balance sheet and period: its balance at the end of the period, opening included, and
-- the line of the server's balance sheet that shows it. The result of the year, and of earlier years that are not
-- carried forward yet, are rows without an account; with them the rows of a period add up to nothing.
CREATE OR REPLACE VIEW balance_sheet_computed AS
SELECT
  balance.company_id,
  balance.fiscal_year_id,
  balance.fiscal_year,
  balance.period_start,
  CASE WHEN balance.account_id IS NULL THEN 'earlier_result' ELSE 'account' END AS row_kind,
  balance.account_id,
  balance.account_code,
  balance.account_name,
  balance.account_type,
  CASE
    WHEN (
      position.usual_side = 'debit' AND balance.closing < 0
    )
    OR (
      position.usual_side = 'credit' AND balance.closing > 0
    )
    THEN position.other_line_code
    ELSE position.line_code
  END AS line_code,
  CASE
    WHEN (
      position.usual_side = 'debit' AND balance.closing < 0
    )
    OR (
      position.usual_side = 'credit' AND balance.closing > 0
    )
    THEN position.other_line_description
    ELSE position.line_description
  END AS line_description,
  balance.opening_source,
  balance.closing AS amount
FROM trial_balance_computed AS balance
LEFT JOIN account_positions AS position
  ON position.company_id = balance.company_id
  AND position.account_id = balance.account_id
WHERE
  balance.account_id IS NULL
  OR balance.account_type <> 'INCOME_STATEMENT'
  OR balance.account_type IS NULL
UNION ALL
SELECT
  company_id,
  fiscal_year_id,
  fiscal_year,
  period_start,
  'result' AS row_kind,
  CAST(NULL AS STRING) AS account_id,
  CAST(NULL AS STRING) AS account_code,
  CAST(NULL AS STRING) AS account_name,
  CAST(NULL AS STRING) AS account_type,
  CAST(NULL AS STRING) AS line_code,
  CAST(NULL AS STRING) AS line_description,
  opening_source,
  CAST(SUM(closing) AS BIGNUMERIC) AS amount
FROM trial_balance_computed
WHERE
  account_type = 'INCOME_STATEMENT'
GROUP BY
  company_id,
  fiscal_year_id,
  fiscal_year,
  period_start,
  opening_source;
