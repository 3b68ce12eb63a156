-- One row for each account of a report of the server: closed fiscal years as a whole, open ones by period.
CREATE OR REPLACE VIEW stg_trial_balance AS
SELECT
  raw.`company_id` AS company_id,
  raw.`exerciseId` AS fiscal_year_id,
  CAST(SUBSTR(CAST(raw.`startDate` AS STRING), 1, 10) AS DATE) AS report_start,
  CAST(SUBSTR(CAST(raw.`endDate` AS STRING), 1, 10) AS DATE) AS report_end,
  raw.`accountCode` AS account_code,
  raw.`accountDescription` AS account_name,
  CAST(raw.`debitAmount` AS BIGNUMERIC) AS debit,
  CAST(raw.`creditAmount` AS BIGNUMERIC) AS credit
FROM trial_balance AS raw;
