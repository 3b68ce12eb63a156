-- One row for each account, period and role of entries: the sums of the general ledger.
CREATE OR REPLACE VIEW ledger_sums AS
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role,
  CAST(SUM(debit) AS BIGNUMERIC) AS debit,
  CAST(SUM(credit) AS BIGNUMERIC) AS credit
FROM general_ledger
GROUP BY
  company_id,
  fiscal_year_id,
  period_start,
  account_id,
  entry_role;
