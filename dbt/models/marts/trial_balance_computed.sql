{# Written by `make models`.

One row for each account and period of a fiscal year, for every account that the year opens with or that has
movements in it. Balances start anew in each fiscal year: opening plus movements. Closing entries (CLOSURE_*) do not
count, so the balances are those before the year is closed; entries of a year-end process that is not final stand in
columns of their own. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
WITH movements AS (
  SELECT
    company_id,
    fiscal_year_id,
    period_start,
    COALESCE(account_id, '') AS account_key,
    SUM(CASE WHEN entry_role = 'movement' THEN debit ELSE 0 END) AS debit,
    SUM(CASE WHEN entry_role = 'movement' THEN credit ELSE 0 END) AS credit,
    SUM(CASE WHEN entry_role = 'preview' THEN debit ELSE 0 END) AS preview_debit,
    SUM(CASE WHEN entry_role = 'preview' THEN credit ELSE 0 END) AS preview_credit
  FROM {{ ref('ledger_sums') }} AS ledger_sums
  WHERE
    entry_role IN ('movement', 'preview')
  GROUP BY
    company_id,
    fiscal_year_id,
    period_start,
    COALESCE(account_id, '')
), openings AS (
  SELECT
    company_id,
    fiscal_year_id,
    COALESCE(account_id, '') AS account_key,
    opening
  FROM {{ ref('opening_balances') }} AS opening_balances
), used AS (
  SELECT
    company_id,
    fiscal_year_id,
    account_key
  FROM movements
  {{ sage_active.union_distinct() }}
  SELECT
    company_id,
    fiscal_year_id,
    account_key
  FROM openings
), periods AS (
  SELECT
    company_id,
    fiscal_year_id,
    period_start
  FROM {{ ref('stg_periods') }} AS stg_periods
  {{ sage_active.union_distinct() }}
  SELECT
    company_id,
    fiscal_year_id,
    period_start
  FROM movements
), joined AS (
  SELECT
    used.company_id,
    used.fiscal_year_id,
    periods.period_start,
    used.account_key,
    COALESCE(openings.opening, 0) AS first_opening,
    COALESCE(movements.debit, 0) AS debit,
    COALESCE(movements.credit, 0) AS credit,
    COALESCE(movements.preview_debit, 0) AS preview_debit,
    COALESCE(movements.preview_credit, 0) AS preview_credit
  FROM used
  JOIN periods
    ON periods.company_id = used.company_id
    AND periods.fiscal_year_id = used.fiscal_year_id
  LEFT JOIN openings
    ON openings.company_id = used.company_id
    AND openings.fiscal_year_id = used.fiscal_year_id
    AND openings.account_key = used.account_key
  LEFT JOIN movements
    ON movements.company_id = used.company_id
    AND movements.fiscal_year_id = used.fiscal_year_id
    AND movements.account_key = used.account_key
    AND movements.period_start = periods.period_start
), running AS (
  SELECT
    joined.*,
    joined.first_opening + SUM(joined.debit - joined.credit) OVER (
      PARTITION BY joined.company_id, joined.fiscal_year_id, joined.account_key
      ORDER BY joined.period_start
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS closing
  FROM joined
)
SELECT
  running.company_id,
  running.fiscal_year_id,
  opened.fiscal_year,
  running.period_start,
  NULLIF(running.account_key, '') AS account_id,
  account.account_code,
  account.account_name,
  account.account_type,
  account.sub_account_type,
  opened.opening_source,
  CAST(running.closing - running.debit + running.credit AS {{ sage_active.type_of('money') }}) AS opening,
  CAST(running.debit AS {{ sage_active.type_of('money') }}) AS debit,
  CAST(running.credit AS {{ sage_active.type_of('money') }}) AS credit,
  CAST(running.closing AS {{ sage_active.type_of('money') }}) AS closing,
  CAST(running.preview_debit AS {{ sage_active.type_of('money') }}) AS preview_debit,
  CAST(running.preview_credit AS {{ sage_active.type_of('money') }}) AS preview_credit
FROM running
JOIN {{ ref('fiscal_year_openings') }} AS opened
  ON opened.company_id = running.company_id
  AND opened.fiscal_year_id = running.fiscal_year_id
LEFT JOIN {{ ref('stg_accounts') }} AS account
  ON account.company_id = running.company_id
  AND account.account_id = running.account_key
