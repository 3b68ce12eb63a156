-- One row for each account, period and role of entries: the sums of the general ledger.
CREATE OR REPLACE VIEW ledger_sums AS
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role,
  CAST(SUM(debit) AS DECIMAL(38, 6)) AS debit,
  CAST(SUM(credit) AS DECIMAL(38, 6)) AS credit
FROM general_ledger
GROUP BY
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role;
