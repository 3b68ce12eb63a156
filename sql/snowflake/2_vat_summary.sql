-- One row for each month, tax treatment, rate and direction: a working paper for the VAT of a month, not a return. It
-- has no box numbers, and every kind of tax (IVA, IGIC, IPSI …) stands apart.
CREATE OR REPLACE VIEW vat_summary AS
SELECT
  company_id,
  DATE_TRUNC('MONTH', due_date) AS due_month,
  DATE_TRUNC('MONTH', document_date) AS document_month,
  DATE_TRUNC('MONTH', operation_date) AS operation_month,
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
  DATE_TRUNC('MONTH', due_date),
  DATE_TRUNC('MONTH', document_date),
  DATE_TRUNC('MONTH', operation_date),
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat;
