-- One row for each account of a report of the server: closed fiscal years as a whole, open ones by period.
SELECT
  raw.company_id AS company_id,
  raw.exerciseId AS fiscal_year_id,
  day_of(raw.startDate) AS report_start,
  day_of(raw.endDate) AS report_end,
  raw.accountCode AS account_code,
  raw.accountDescription AS account_name,
  money_of(raw.debitAmount) AS debit,
  money_of(raw.creditAmount) AS credit
FROM trial_balance AS raw
