-- One row for each account, period and role of entries: the sums of the general ledger.
--
-- columns:
--   company_id text: the company
--   fiscal_year_id text: the fiscal year
--   period_start day: first day of the period
--   account_id text: the account
--   entry_role text: what the entries do in the fiscal year, as in general_ledger
--   debit money: sum of the debits
--   credit money: sum of the credits
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role,
  CAST(SUM(debit) AS DECIMAL(38, 6)) AS debit,
  CAST(SUM(credit) AS DECIMAL(38, 6)) AS credit
FROM general_ledger
GROUP BY company_id, fiscal_year_id, period_start, account_id, entry_role
