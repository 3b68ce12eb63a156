-- Debits are credits, in every entry.
SELECT company_id, entry_id, SUM(debit) AS debit, SUM(credit) AS credit
FROM general_ledger
GROUP BY company_id, entry_id
HAVING SUM(debit) <> SUM(credit)
