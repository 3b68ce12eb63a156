-- One row for each month, tax treatment, rate and direction: a working paper for the VAT of a month, not a return. It
-- has no box numbers, and every kind of tax (IVA, IGIC, IPSI …) stands apart.
CREATE OR REPLACE VIEW vat_summary AS
SELECT
  company_id,
  DATE_TRUNC(due_date, MONTH) AS due_month,
  DATE_TRUNC(document_date, MONTH) AS document_month,
  DATE_TRUNC(operation_date, MONTH) AS operation_month,
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat,
  CAST(SUM(base) AS BIGNUMERIC) AS base,
  CAST(SUM(vat) AS BIGNUMERIC) AS vat,
  CAST(SUM(surcharge) AS BIGNUMERIC) AS surcharge,
  CAST(SUM(deductible) AS BIGNUMERIC) AS deductible,
  CAST(COUNT(*) AS INT64) AS line_count
FROM vat_register
GROUP BY
  company_id,
  DATE_TRUNC(due_date, MONTH),
  DATE_TRUNC(document_date, MONTH),
  DATE_TRUNC(operation_date, MONTH),
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat;
