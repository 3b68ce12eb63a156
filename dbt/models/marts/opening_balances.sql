{# Written by `make models`.

One row for each account that a fiscal year opens with. Computed openings carry the accounts of the balance sheet
forward; what the accounts of the result leave stands in one row without an account, because only the year-end
process of Sage Active decides where it goes. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
WITH year_sums AS (
  SELECT
    company_id,
    fiscal_year_id,
    account_id,
    entry_role,
    SUM(debit) - SUM(credit) AS balance
  FROM {{ ref('ledger_sums') }} AS ledger_sums
  GROUP BY
    company_id,
    fiscal_year_id,
    account_id,
    entry_role
), booked AS (
  SELECT
    sums.company_id,
    sums.fiscal_year_id,
    sums.account_id,
    opened.opening_source,
    sums.balance AS opening
  FROM year_sums AS sums
  JOIN {{ ref('fiscal_year_openings') }} AS opened
    ON opened.company_id = sums.company_id
    AND opened.fiscal_year_id = sums.fiscal_year_id
    AND opened.opening_source = sums.entry_role
), computed AS (
  SELECT
    opened.company_id,
    opened.fiscal_year_id,
    CASE
      WHEN account.account_type = 'INCOME_STATEMENT'
      THEN NULL
      WHEN account.account_type = 'ECPN'
      THEN COALESCE(account.year_end_closing_account_id, sums.account_id)
      ELSE sums.account_id
    END AS account_id,
    opened.opening_source,
    sums.balance AS opening
  FROM {{ ref('fiscal_year_openings') }} AS opened
  JOIN {{ ref('fiscal_year_openings') }} AS earlier
    ON earlier.company_id = opened.company_id
    AND earlier.year_start < opened.year_start
    AND (
      opened.counted_from IS NULL OR earlier.year_start >= opened.counted_from
    )
  JOIN year_sums AS sums
    ON sums.company_id = earlier.company_id
    AND sums.fiscal_year_id = earlier.fiscal_year_id
    AND (
      sums.entry_role = 'movement' OR sums.entry_role = earlier.opening_source
    )
  LEFT JOIN {{ ref('stg_accounts') }} AS account
    ON account.company_id = sums.company_id AND account.account_id = sums.account_id
  WHERE
    opened.opening_source = 'computed'
), everything AS (
  SELECT
    company_id,
    fiscal_year_id,
    account_id,
    opening_source,
    opening
  FROM booked
  UNION ALL
  SELECT
    company_id,
    fiscal_year_id,
    account_id,
    opening_source,
    opening
  FROM computed
)
SELECT
  company_id,
  fiscal_year_id,
  account_id,
  opening_source,
  CAST(SUM(opening) AS {{ sage_active.type_of('money') }}) AS opening
FROM everything
GROUP BY
  company_id,
  fiscal_year_id,
  account_id,
  opening_source
