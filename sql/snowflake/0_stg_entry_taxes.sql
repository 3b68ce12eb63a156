-- One row for each line of the tax register of an entry.
CREATE OR REPLACE VIEW stg_entry_taxes AS
SELECT
  raw."COMPANY_ID" AS company_id,
  CAST(GET_PATH(line.value, 'id') AS VARCHAR) AS entry_line_id,
  CAST(GET_PATH(tax.value, 'id') AS VARCHAR) AS entry_tax_id,
  CAST(GET_PATH(tax.value, 'taxTreatmentId') AS VARCHAR) AS tax_treatment_id,
  CAST(GET_PATH(tax.value, 'taxId') AS VARCHAR) AS tax_id,
  CAST(GET_PATH(tax.value, 'taxType') AS VARCHAR) AS tax_type,
  CAST((
    CAST(GET_PATH(tax.value, 'taxPercentage') AS VARCHAR)
  ) AS DECIMAL(38, 6)) AS tax_rate,
  COALESCE(CAST((
    CAST(GET_PATH(tax.value, 'taxBase') AS VARCHAR)
  ) AS DECIMAL(38, 6)), 0) AS base,
  COALESCE(CAST((
    CAST(GET_PATH(tax.value, 'taxAmount') AS VARCHAR)
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(
    CAST((
      CAST(GET_PATH(tax.value, 'equivalenceSurchargeQuota') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS surcharge,
  CAST((
    CAST(GET_PATH(tax.value, 'equivalenceSurchargePercentage') AS VARCHAR)
  ) AS DECIMAL(38, 6)) AS surcharge_rate,
  COALESCE(CAST((
    CAST(GET_PATH(tax.value, 'deductible') AS VARCHAR)
  ) AS BOOLEAN), FALSE) AS is_deductible
FROM journal_entries AS raw
CROSS JOIN LATERAL FLATTEN(INPUT => raw."ACCOUNTINGENTRYLINES") AS line(SEQ, KEY, PATH, INDEX, VALUE, THIS)
CROSS JOIN LATERAL FLATTEN(INPUT => GET_PATH(line.value, 'accountingEntryInvoice.accountingEntryTaxes')) AS tax(SEQ, KEY, PATH, INDEX, VALUE, THIS);
