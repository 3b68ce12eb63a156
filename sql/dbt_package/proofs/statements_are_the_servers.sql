-- Each line of the two statements is what the server's report says.
SELECT company_id, fiscal_year_id, statement, line_code, amount, server_amount, difference
FROM statements_compared
WHERE difference <> 0
