-- One row for each month, tax treatment, rate and direction: a working paper for the VAT of a month, not a return. It
-- has no box numbers, and every kind of tax (IVA, IGIC, IPSI …) stands apart.
--
-- columns:
--   company_id text: the company
--   due_month day: first day of the month from which the VAT counts; null for cash VAT whose payment has not come
--   document_month day: first day of the month of the invoice
--   operation_month day: first day of the month of the supply
--   direction text: output, input or reverse_charge
--   tax_type text: kind of tax
--   tax_code text: code of the tax treatment
--   tax_treatment text: the tax treatment
--   rate money: percentage
--   is_cash_vat flag: whether the VAT becomes due with payments
--   base money: taxable amount
--   vat money: tax
--   surcharge money: equivalence surcharge (Spain)
--   deductible money: how much of the tax is deductible
--   line_count whole: lines of tax registers
SELECT
  company_id,
  month_of(due_date) AS due_month,
  month_of(document_date) AS document_month,
  month_of(operation_date) AS operation_month,
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat,
  CAST(SUM(base) AS DECIMAL(38, 6)) AS base,
  CAST(SUM(vat) AS DECIMAL(38, 6)) AS vat,
  CAST(SUM(surcharge) AS DECIMAL(38, 6)) AS surcharge,
  CAST(SUM(deductible) AS DECIMAL(38, 6)) AS deductible,
  CAST(COUNT(*) AS BIGINT) AS line_count
FROM vat_register
GROUP BY
  company_id,
  month_of(due_date),
  month_of(document_date),
  month_of(operation_date),
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat
