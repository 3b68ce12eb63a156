-- One row for each account of a report of the server: closed fiscal years as a whole, open ones by period.
CREATE OR REPLACE VIEW stg_trial_balance AS
SELECT
  raw."company_id" AS company_id,
  raw."exerciseId" AS fiscal_year_id,
  CASE
    WHEN CAST(PG_TYPEOF(raw."startDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."startDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."startDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS report_start,
  CASE
    WHEN CAST(PG_TYPEOF(raw."endDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."endDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."endDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS report_end,
  raw."accountCode" AS account_code,
  raw."accountDescription" AS account_name,
  CAST(raw."debitAmount" AS DECIMAL(38, 6)) AS debit,
  CAST(raw."creditAmount" AS DECIMAL(38, 6)) AS credit
FROM trial_balance AS raw;
