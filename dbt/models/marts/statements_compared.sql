{# Written by `make models`.

One row for each line of the two statements of a fiscal year that shows accounts or the result: the sum of its
accounts in the ledger, and what the server's report says. The report leaves out provisional carry-forward, so this sum
does too. Lines that add up other lines have no published formula and are not here. Signs of lines are not published
either: the difference is between the amounts without their signs. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'balance_sheet', 'fiscal_years', 'journal_entries', 'journals', 'profit_and_loss', 'report_positions'])) }}
WITH server AS (
  SELECT
    company_id,
    fiscal_year_id,
    'balance_sheet' AS statement,
    line_code,
    line_description,
    line_type,
    line_position,
    amount
  FROM {{ ref('stg_balance_sheet') }} AS stg_balance_sheet
  UNION ALL
  SELECT
    company_id,
    fiscal_year_id,
    'profit_and_loss' AS statement,
    line_code,
    line_description,
    line_type,
    line_position,
    amount
  FROM {{ ref('stg_profit_and_loss') }} AS stg_profit_and_loss
), results AS (
  SELECT
    company_id,
    fiscal_year_id,
    statement,
    MIN(line_code) AS line_code
  FROM server
  WHERE
    line_type IN ('RESULT_CALCULATION', '4')
  GROUP BY
    company_id,
    fiscal_year_id,
    statement
  HAVING
    COUNT(*) = 1
), balances AS (
  SELECT
    sums.company_id,
    sums.fiscal_year_id,
    sums.account_id,
    account.account_type,
    SUM(sums.debit - sums.credit) AS balance
  FROM {{ ref('ledger_sums') }} AS sums
  JOIN {{ ref('stg_accounts') }} AS account
    ON account.company_id = sums.company_id AND account.account_id = sums.account_id
  WHERE
    sums.entry_role IN ('movement', 'opening')
    AND account.account_type IN ('BALANCE_SHEET', 'ECPN', 'INCOME_STATEMENT')
  GROUP BY
    sums.company_id,
    sums.fiscal_year_id,
    sums.account_id,
    account.account_type
), placed AS (
  SELECT
    balances.company_id,
    balances.fiscal_year_id,
    CASE
      WHEN balances.account_type = 'INCOME_STATEMENT'
      THEN 'profit_and_loss'
      ELSE 'balance_sheet'
    END AS statement,
    CASE
      WHEN (
        position.usual_side = 'debit' AND balances.balance < 0
      )
      OR (
        position.usual_side = 'credit' AND balances.balance > 0
      )
      THEN position.other_line_code
      ELSE position.line_code
    END AS line_code,
    CASE
      WHEN balances.account_type = 'INCOME_STATEMENT'
      THEN -balances.balance
      ELSE balances.balance
    END AS amount
  FROM balances
  LEFT JOIN {{ ref('account_positions') }} AS position
    ON position.company_id = balances.company_id
    AND position.account_id = balances.account_id
  UNION ALL
  SELECT
    results.company_id,
    results.fiscal_year_id,
    results.statement,
    results.line_code,
    CASE
      WHEN results.statement = 'profit_and_loss'
      THEN -balances.balance
      ELSE balances.balance
    END AS amount
  FROM results
  JOIN balances
    ON balances.company_id = results.company_id
    AND balances.fiscal_year_id = results.fiscal_year_id
  WHERE
    balances.account_type = 'INCOME_STATEMENT'
), computed AS (
  SELECT
    company_id,
    fiscal_year_id,
    statement,
    line_code,
    SUM(amount) AS amount
  FROM placed
  GROUP BY
    company_id,
    fiscal_year_id,
    statement,
    line_code
), shown AS (
  SELECT
    server.*
  FROM server
  LEFT JOIN results
    ON results.company_id = server.company_id
    AND results.fiscal_year_id = server.fiscal_year_id
    AND results.statement = server.statement
    AND results.line_code = server.line_code
  WHERE
    server.line_type IN ('ACCOUNT_CALCULATION', '1') OR NOT results.line_code IS NULL
)
SELECT
  COALESCE(shown.company_id, computed.company_id) AS company_id,
  COALESCE(shown.fiscal_year_id, computed.fiscal_year_id) AS fiscal_year_id,
  COALESCE(shown.statement, computed.statement) AS statement,
  COALESCE(shown.line_code, computed.line_code) AS line_code,
  shown.line_description,
  shown.line_position,
  CAST(COALESCE(computed.amount, 0) AS {{ sage_active.type_of('money') }}) AS amount,
  shown.amount AS server_amount,
  CAST(ABS(COALESCE(computed.amount, 0)) - ABS(COALESCE(shown.amount, 0)) AS {{ sage_active.type_of('money') }}) AS difference
FROM shown
FULL JOIN computed
  ON computed.company_id = shown.company_id
  AND computed.fiscal_year_id = shown.fiscal_year_id
  AND computed.statement = shown.statement
  AND computed.line_code = shown.line_code
