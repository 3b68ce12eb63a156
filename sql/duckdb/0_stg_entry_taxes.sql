-- One row for each line of the tax register of an entry.
CREATE OR REPLACE VIEW stg_entry_taxes AS
SELECT
  raw."company_id" AS company_id,
  raw.line."id" AS entry_line_id,
  raw.tax."id" AS entry_tax_id,
  raw.tax."taxTreatmentId" AS tax_treatment_id,
  raw.tax."taxId" AS tax_id,
  raw.tax."taxType" AS tax_type,
  CAST((
    raw.tax."taxPercentage"
  ) AS DECIMAL(38, 6)) AS tax_rate,
  COALESCE(CAST((
    raw.tax."taxBase"
  ) AS DECIMAL(38, 6)), 0) AS base,
  COALESCE(CAST((
    raw.tax."taxAmount"
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(CAST((
    raw.tax."equivalenceSurchargeQuota"
  ) AS DECIMAL(38, 6)), 0) AS surcharge,
  CAST((
    raw.tax."equivalenceSurchargePercentage"
  ) AS DECIMAL(38, 6)) AS surcharge_rate,
  COALESCE(CAST((
    raw.tax."deductible"
  ) AS BOOLEAN), FALSE) AS is_deductible
FROM (
  SELECT
    raw."company_id",
    raw."line",
    UNNEST(raw.line."accountingEntryInvoice"."accountingEntryTaxes") AS tax
  FROM (
    SELECT
      raw."company_id",
      UNNEST(
        JSON_TRANSFORM(
          raw."accountingEntryLines",
          '[{"id": "VARCHAR", "accountingEntryInvoice": {"accountingEntryTaxes": [{"id": "VARCHAR", "taxTreatmentId": "VARCHAR", "taxId": "VARCHAR", "taxType": "VARCHAR", "taxPercentage": "VARCHAR", "equivalenceSurchargePercentage": "VARCHAR", "taxBase": "VARCHAR", "taxAmount": "VARCHAR", "equivalenceSurchargeQuota": "VARCHAR", "deductible": "VARCHAR"}]}}]'
        )
      ) AS line
    FROM journal_entries AS raw
  ) AS raw
) AS raw;
