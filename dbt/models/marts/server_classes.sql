{# Written by `make models`.

One row for each account of the balance sheet, with its side in the server's own report. The report does not say which
lines are assets: they are taken to be those before the first line that shows capital. The lines from there to the
result of the year, or to the last one that shows capital, are equity, and the rest are liabilities. A company has no
rows here if an account whose side is known stands elsewhere. #}
{% if sage_active.streams_are_read(['accounts', 'balance_sheet', 'report_positions']) %}
WITH places AS (
  SELECT
    company_id,
    line_code,
    MIN(line_position) AS place,
    MAX(CASE WHEN line_type IN ('RESULT_CALCULATION', '4') THEN 1 ELSE 0 END) AS is_result
  FROM {{ ref('stg_balance_sheet') }} AS stg_balance_sheet
  GROUP BY
    company_id,
    line_code
), placed AS (
  SELECT
    position.company_id,
    position.account_id,
    account.sub_account_type,
    main.place,
    other.place AS other_place
  FROM {{ ref('account_positions') }} AS position
  JOIN {{ ref('stg_accounts') }} AS account
    ON account.company_id = position.company_id
    AND account.account_id = position.account_id
  JOIN places AS main
    ON main.company_id = position.company_id AND main.line_code = position.line_code
  LEFT JOIN places AS other
    ON other.company_id = position.company_id
    AND other.line_code = position.other_line_code
  WHERE
    account.account_type <> 'INCOME_STATEMENT'
), known AS (
  SELECT
    company_id,
    MIN(CASE WHEN sub_account_type = 'CAPITAL' THEN place END) AS first_capital,
    MAX(CASE WHEN sub_account_type = 'CAPITAL' THEN place END) AS last_capital,
    MAX(
      CASE
        WHEN sub_account_type IN ('FIXED_ASSET', 'STOCK', 'BANK', 'CASH')
        THEN place
      END
    ) AS last_asset,
    MAX(CASE WHEN sub_account_type IN ('PROVIDER', 'BORROWED_CAPITAL') THEN place END) AS last_liability
  FROM placed
  GROUP BY
    company_id
), results AS (
  SELECT
    company_id,
    MAX(place) AS place
  FROM places
  WHERE
    is_result = 1
  GROUP BY
    company_id
), bounds AS (
  SELECT
    known.company_id,
    known.first_capital,
    known.last_liability,
    CASE
      WHEN results.place > known.last_capital
      THEN results.place
      ELSE known.last_capital
    END AS last_equity
  FROM known
  LEFT JOIN results
    ON results.company_id = known.company_id
  WHERE
    known.first_capital > COALESCE(known.last_asset, 0)
)
SELECT
  placed.company_id,
  placed.account_id,
  CASE
    WHEN placed.place < bounds.first_capital
    THEN 'asset'
    WHEN placed.place <= bounds.last_equity
    THEN 'equity'
    ELSE 'liability'
  END AS account_class,
  CASE
    WHEN placed.other_place < bounds.first_capital
    THEN 'asset'
    WHEN placed.other_place <= bounds.last_equity
    THEN 'equity'
    WHEN placed.other_place > bounds.last_equity
    THEN 'liability'
  END AS other_class
FROM placed
JOIN bounds
  ON bounds.company_id = placed.company_id
WHERE
  bounds.last_liability IS NULL OR bounds.last_liability > bounds.last_equity
{% else %}
SELECT
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS company_id,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_id,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS account_class,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS other_class
LIMIT 0
{% endif %}
