-- One row for each account of a report of the server: closed fiscal years as a whole, open ones by period.
CREATE OR REPLACE VIEW stg_trial_balance AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."EXERCISEID" AS fiscal_year_id,
  CAST(SUBSTRING(CAST(raw."STARTDATE" AS VARCHAR), 1, 10) AS DATE) AS report_start,
  CAST(SUBSTRING(CAST(raw."ENDDATE" AS VARCHAR), 1, 10) AS DATE) AS report_end,
  raw."ACCOUNTCODE" AS account_code,
  raw."ACCOUNTDESCRIPTION" AS account_name,
  CAST(raw."DEBITAMOUNT" AS DECIMAL(38, 6)) AS debit,
  CAST(raw."CREDITAMOUNT" AS DECIMAL(38, 6)) AS credit
FROM trial_balance AS raw;
