-- One row for each line of the tax register of an entry.
SELECT
  raw.company_id AS company_id,
  text_at(line, 'id') AS entry_line_id,
  text_at(tax, 'id') AS entry_tax_id,
  text_at(tax, 'taxTreatmentId') AS tax_treatment_id,
  text_at(tax, 'taxId') AS tax_id,
  text_at(tax, 'taxType') AS tax_type,
  money_at(tax, 'taxPercentage') AS tax_rate,
  COALESCE(money_at(tax, 'taxBase'), 0) AS base,
  COALESCE(money_at(tax, 'taxAmount'), 0) AS vat,
  COALESCE(money_at(tax, 'equivalenceSurchargeQuota'), 0) AS surcharge,
  money_at(tax, 'equivalenceSurchargePercentage') AS surcharge_rate,
  COALESCE(flag_at(tax, 'deductible'), FALSE) AS is_deductible
FROM journal_entries AS raw
CROSS JOIN each_of(raw.accountingEntryLines) AS line
CROSS JOIN each_of(line, 'accountingEntryInvoice.accountingEntryTaxes') AS tax
