-- With the results, the rows of a balance sheet add up to nothing in every period.
SELECT company_id, fiscal_year_id, period_start, SUM(amount) AS amount
FROM balance_sheet_computed
GROUP BY company_id, fiscal_year_id, period_start
HAVING SUM(amount) <> 0
