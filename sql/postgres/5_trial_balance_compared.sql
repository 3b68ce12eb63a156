-- One row for each account and report of the server: closed fiscal years as a whole, open ones by period. It proves
-- that the ledger is complete: every difference is nothing. Like the report it leaves out provisional carry-forward and
-- closing entries. Whether the report counts entries of a year-end process that is not final is not published: they are
-- in the sums, and in columns of their own.
CREATE OR REPLACE VIEW trial_balance_compared AS
WITH general_ledger AS MATERIALIZED (
  SELECT
    *
  FROM general_ledger
), stg_fiscal_years AS MATERIALIZED (
  SELECT
    *
  FROM stg_fiscal_years
), stg_periods AS MATERIALIZED (
  SELECT
    *
  FROM stg_periods
), stg_trial_balance AS MATERIALIZED (
  SELECT
    *
  FROM stg_trial_balance
), reports AS MATERIALIZED (
  SELECT
    company_id,
    fiscal_year_id,
    year_start AS report_start,
    year_end AS report_end
  FROM stg_fiscal_years
  WHERE
    year_status = 'CLOSED'
  UNION
  SELECT
    period.company_id,
    period.fiscal_year_id,
    period.period_start,
    period.period_end
  FROM stg_periods AS period
  JOIN stg_fiscal_years AS fiscal_year
    ON fiscal_year.company_id = period.company_id
    AND fiscal_year.fiscal_year_id = period.fiscal_year_id
  WHERE
    fiscal_year.year_status <> 'CLOSED' OR fiscal_year.year_status IS NULL
  UNION
  SELECT
    company_id,
    fiscal_year_id,
    report_start,
    report_end
  FROM stg_trial_balance
), ledger AS MATERIALIZED (
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
  JOIN general_ledger AS line
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
  CAST(COALESCE(ledger.debit, 0) AS DECIMAL(38, 6)) AS debit,
  CAST(COALESCE(ledger.credit, 0) AS DECIMAL(38, 6)) AS credit,
  CAST(COALESCE(ledger.preview_debit, 0) AS DECIMAL(38, 6)) AS preview_debit,
  CAST(COALESCE(ledger.preview_credit, 0) AS DECIMAL(38, 6)) AS preview_credit,
  server.debit AS server_debit,
  server.credit AS server_credit,
  CAST(COALESCE(ledger.debit, 0) - COALESCE(server.debit, 0) AS DECIMAL(38, 6)) AS debit_difference,
  CAST(COALESCE(ledger.credit, 0) - COALESCE(server.credit, 0) AS DECIMAL(38, 6)) AS credit_difference
FROM ledger
FULL JOIN stg_trial_balance AS server
  ON server.company_id = ledger.company_id
  AND server.fiscal_year_id = ledger.fiscal_year_id
  AND server.report_start = ledger.report_start
  AND server.report_end = ledger.report_end
  AND server.account_code = ledger.account_code;
