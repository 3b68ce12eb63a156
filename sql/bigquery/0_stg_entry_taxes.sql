-- One row for each line of the tax register of an entry.
CREATE OR REPLACE VIEW stg_entry_taxes AS
SELECT
  raw.`company_id` AS company_id,
  JSON_VALUE(line, '$.id') AS entry_line_id,
  JSON_VALUE(tax, '$.id') AS entry_tax_id,
  JSON_VALUE(tax, '$.taxTreatmentId') AS tax_treatment_id,
  JSON_VALUE(tax, '$.taxId') AS tax_id,
  JSON_VALUE(tax, '$.taxType') AS tax_type,
  CAST((
    JSON_VALUE(tax, '$.taxPercentage')
  ) AS BIGNUMERIC) AS tax_rate,
  COALESCE(CAST((
    JSON_VALUE(tax, '$.taxBase')
  ) AS BIGNUMERIC), 0) AS base,
  COALESCE(CAST((
    JSON_VALUE(tax, '$.taxAmount')
  ) AS BIGNUMERIC), 0) AS vat,
  COALESCE(CAST((
    JSON_VALUE(tax, '$.equivalenceSurchargeQuota')
  ) AS BIGNUMERIC), 0) AS surcharge,
  CAST((
    JSON_VALUE(tax, '$.equivalenceSurchargePercentage')
  ) AS BIGNUMERIC) AS surcharge_rate,
  COALESCE(CAST((
    JSON_VALUE(tax, '$.deductible')
  ) AS BOOL), FALSE) AS is_deductible
FROM journal_entries AS raw
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(raw.`accountingEntryLines`, '$')) AS line
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(JSON_QUERY(line, '$.accountingEntryInvoice.accountingEntryTaxes'), '$')) AS tax;
