-- The ledger has what the server's trial balance has, on every account of every report.
SELECT company_id, fiscal_year_id, report_start, report_end, account_code, debit_difference, credit_difference
FROM trial_balance_compared
WHERE debit_difference <> 0 OR credit_difference <> 0
