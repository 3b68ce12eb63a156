-- One row for each month, tax treatment, rate and direction: a working paper for the VAT of a month, not a return. It
-- has no box numbers, and every kind of tax (IVA, IGIC, IPSI …) stands apart.
CREATE OR REPLACE VIEW vat_summary AS
WITH vat_register AS MATERIALIZED (
  SELECT
    *
  FROM vat_register
)
SELECT
  company_id,
  CAST(DATE_TRUNC('MONTH', due_date) AS DATE) AS due_month,
  CAST(DATE_TRUNC('MONTH', document_date) AS DATE) AS document_month,
  CAST(DATE_TRUNC('MONTH', operation_date) AS DATE) AS operation_month,
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
  CAST(DATE_TRUNC('MONTH', due_date) AS DATE),
  CAST(DATE_TRUNC('MONTH', document_date) AS DATE),
  CAST(DATE_TRUNC('MONTH', operation_date) AS DATE),
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat;
