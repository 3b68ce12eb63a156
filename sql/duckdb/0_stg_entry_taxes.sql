-- One row for each line of the tax register of an entry.
CREATE OR REPLACE VIEW stg_entry_taxes AS
SELECT
  raw."company_id" AS company_id,
  line.item ->> '$.id' AS entry_line_id,
  tax.item ->> '$.id' AS entry_tax_id,
  tax.item ->> '$.taxTreatmentId' AS tax_treatment_id,
  tax.item ->> '$.taxId' AS tax_id,
  tax.item ->> '$.taxType' AS tax_type,
  CAST((
    tax.item ->> '$.taxPercentage'
  ) AS DECIMAL(38, 6)) AS tax_rate,
  COALESCE(CAST((
    tax.item ->> '$.taxBase'
  ) AS DECIMAL(38, 6)), 0) AS base,
  COALESCE(CAST((
    tax.item ->> '$.taxAmount'
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(CAST((
    tax.item ->> '$.equivalenceSurchargeQuota'
  ) AS DECIMAL(38, 6)), 0) AS surcharge,
  CAST((
    tax.item ->> '$.equivalenceSurchargePercentage'
  ) AS DECIMAL(38, 6)) AS surcharge_rate,
  COALESCE(CAST((
    tax.item ->> '$.deductible'
  ) AS BOOLEAN), FALSE) AS is_deductible
FROM journal_entries AS raw
CROSS JOIN UNNEST(CAST(raw."accountingEntryLines" AS JSON[])) AS line(item)
CROSS JOIN UNNEST(CAST(line.item -> '$.accountingEntryInvoice.accountingEntryTaxes' AS JSON[])) AS tax(item);
