-- One row for each line of the tax register of an entry.
CREATE OR REPLACE VIEW stg_entry_taxes AS
SELECT
  raw."company_id" AS company_id,
  CAST(line.item AS JSONB) #>> '{id}' AS entry_line_id,
  CAST(tax.item AS JSONB) #>> '{id}' AS entry_tax_id,
  CAST(tax.item AS JSONB) #>> '{taxTreatmentId}' AS tax_treatment_id,
  CAST(tax.item AS JSONB) #>> '{taxId}' AS tax_id,
  CAST(tax.item AS JSONB) #>> '{taxType}' AS tax_type,
  CAST((
    CAST(tax.item AS JSONB) #>> '{taxPercentage}'
  ) AS DECIMAL(38, 6)) AS tax_rate,
  COALESCE(CAST((
    CAST(tax.item AS JSONB) #>> '{taxBase}'
  ) AS DECIMAL(38, 6)), 0) AS base,
  COALESCE(CAST((
    CAST(tax.item AS JSONB) #>> '{taxAmount}'
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(
    CAST((
      CAST(tax.item AS JSONB) #>> '{equivalenceSurchargeQuota}'
    ) AS DECIMAL(38, 6)),
    0
  ) AS surcharge,
  CAST((
    CAST(tax.item AS JSONB) #>> '{equivalenceSurchargePercentage}'
  ) AS DECIMAL(38, 6)) AS surcharge_rate,
  COALESCE(CAST((
    CAST(tax.item AS JSONB) #>> '{deductible}'
  ) AS BOOLEAN), FALSE) AS is_deductible
FROM journal_entries AS raw
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(raw."accountingEntryLines" AS JSONB)) = 'array'
    THEN CAST(raw."accountingEntryLines" AS JSONB)
  END
) AS line(item)
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(
      CAST(CAST(line.item AS JSONB) #> '{accountingEntryInvoice,accountingEntryTaxes}' AS JSONB)
    ) = 'array'
    THEN CAST(CAST(line.item AS JSONB) #> '{accountingEntryInvoice,accountingEntryTaxes}' AS JSONB)
  END
) AS tax(item);
