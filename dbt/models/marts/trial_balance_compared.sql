{# Written by `make models`.

One row for each account and report of the server: closed fiscal years as a whole, open ones by period. It proves
that the ledger is complete: every difference is nothing. Like the report it leaves out provisional carry-forward and
closing entries. Whether the report counts entries of a year-end process that is not final is not published: they are
in the sums, and in columns of their own. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals', 'trial_balance'])) }}
WITH reports AS (
  SELECT
    company_id,
    fiscal_year_id,
    year_start AS report_start,
    year_end AS report_end
  FROM {{ ref('stg_fiscal_years') }} AS stg_fiscal_years
  WHERE
    year_status = 'CLOSED'
  {{ sage_active.union_distinct() }}
  SELECT
    period.company_id,
    period.fiscal_year_id,
    period.period_start,
    period.period_end
  FROM {{ ref('stg_periods') }} AS period
  JOIN {{ ref('stg_fiscal_years') }} AS fiscal_year
    ON fiscal_year.company_id = period.company_id
    AND fiscal_year.fiscal_year_id = period.fiscal_year_id
  WHERE
    fiscal_year.year_status <> 'CLOSED' OR fiscal_year.year_status IS NULL
  {{ sage_active.union_distinct() }}
  SELECT
    company_id,
    fiscal_year_id,
    report_start,
    report_end
  FROM {{ ref('stg_trial_balance') }} AS stg_trial_balance
), ledger AS (
  SELECT
    reports.company_id,
    reports.fiscal_year_id,
    reports.report_start,
    reports.report_end,
    line.account_code,
    SUM(line.debit) AS debit,
    SUM(line.credit) AS credit,
    SUM(CASE WHEN line.entry_role = 'preview' THEN line.debit ELSE 0 END) AS preview_debit,
    SUM(CASE WHEN line.entry_role = 'preview' THEN line.credit ELSE 0 END) AS preview_credit
  FROM reports
  JOIN {{ ref('general_ledger') }} AS line
    ON line.company_id = reports.company_id
    AND line.fiscal_year_id = reports.fiscal_year_id
    AND line.entry_date BETWEEN reports.report_start AND reports.report_end
  WHERE
    line.entry_role IN ('opening', 'movement', 'preview')
  GROUP BY
    reports.company_id,
    reports.fiscal_year_id,
    reports.report_start,
    reports.report_end,
    line.account_code
)
SELECT
  COALESCE(ledger.company_id, server.company_id) AS company_id,
  COALESCE(ledger.fiscal_year_id, server.fiscal_year_id) AS fiscal_year_id,
  COALESCE(ledger.report_start, server.report_start) AS report_start,
  COALESCE(ledger.report_end, server.report_end) AS report_end,
  COALESCE(ledger.account_code, server.account_code) AS account_code,
  CAST(COALESCE(ledger.debit, 0) AS {{ sage_active.type_of('money') }}) AS debit,
  CAST(COALESCE(ledger.credit, 0) AS {{ sage_active.type_of('money') }}) AS credit,
  CAST(COALESCE(ledger.preview_debit, 0) AS {{ sage_active.type_of('money') }}) AS preview_debit,
  CAST(COALESCE(ledger.preview_credit, 0) AS {{ sage_active.type_of('money') }}) AS preview_credit,
  server.debit AS server_debit,
  server.credit AS server_credit,
  CAST(COALESCE(ledger.debit, 0) - COALESCE(server.debit, 0) AS {{ sage_active.type_of('money') }}) AS debit_difference,
  CAST(COALESCE(ledger.credit, 0) - COALESCE(server.credit, 0) AS {{ sage_active.type_of('money') }}) AS credit_difference
FROM ledger
FULL JOIN {{ ref('stg_trial_balance') }} AS server
  ON server.company_id = ledger.company_id
  AND server.fiscal_year_id = ledger.fiscal_year_id
  AND server.report_start = ledger.report_start
  AND server.report_end = ledger.report_end
  AND server.account_code = ledger.account_code
