{# Written by `make models`.

One row for each account of the balance sheet and period: its balance at the end of the period, opening included, and
the line of the server's balance sheet that shows it. The result of the year, and of earlier years that are not
carried forward yet, are rows without an account; with them the rows of a period add up to nothing. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'balance_sheet', 'fiscal_years', 'journal_entries', 'journals', 'report_positions'])) }}
WITH sides AS (
  SELECT
    balance.*,
    position.line_code,
    position.line_description,
    position.other_line_code,
    position.other_line_description,
    class.account_class,
    class.other_class,
    (
      position.usual_side = 'debit' AND balance.closing < 0
    )
    OR (
      position.usual_side = 'credit' AND balance.closing > 0
    ) AS is_turned
  FROM {{ ref('trial_balance_computed') }} AS balance
  LEFT JOIN {{ ref('account_positions') }} AS position
    ON position.company_id = balance.company_id
    AND position.account_id = balance.account_id
  LEFT JOIN {{ ref('management_classes') }} AS class
    ON class.company_id = balance.company_id AND class.account_id = balance.account_id
)
SELECT
  company_id,
  fiscal_year_id,
  fiscal_year,
  period_start,
  CASE WHEN account_id IS NULL THEN 'earlier_result' ELSE 'account' END AS row_kind,
  account_id,
  account_code,
  account_name,
  account_type,
  CASE
    WHEN account_id IS NULL
    THEN 'equity'
    WHEN is_turned
    THEN COALESCE(other_class, account_class)
    ELSE account_class
  END AS account_class,
  CASE WHEN is_turned THEN other_line_code ELSE line_code END AS line_code,
  CASE WHEN is_turned THEN other_line_description ELSE line_description END AS line_description,
  opening_source,
  closing AS amount
FROM sides
WHERE
  account_id IS NULL OR account_type <> 'INCOME_STATEMENT' OR account_type IS NULL
UNION ALL
SELECT
  company_id,
  fiscal_year_id,
  fiscal_year,
  period_start,
  'result' AS row_kind,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_id,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_code,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_name,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_type,
  'equity' AS account_class,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS line_code,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS line_description,
  opening_source,
  CAST(SUM(closing) AS {{ sage_active.type_of('money') }}) AS amount
FROM {{ ref('trial_balance_computed') }} AS trial_balance_computed
WHERE
  account_type = 'INCOME_STATEMENT'
GROUP BY
  company_id,
  fiscal_year_id,
  fiscal_year,
  period_start,
  opening_source
