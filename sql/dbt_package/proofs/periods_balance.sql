-- In every period openings and closings add up to nothing, and debits are credits.
SELECT
  company_id,
  fiscal_year_id,
  period_start,
  SUM(opening) AS opening,
  SUM(debit) AS debit,
  SUM(credit) AS credit,
  SUM(closing) AS closing
FROM trial_balance_computed
GROUP BY company_id, fiscal_year_id, period_start
HAVING SUM(opening) <> 0 OR SUM(closing) <> 0 OR SUM(debit) <> SUM(credit)
