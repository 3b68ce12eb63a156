-- One row for each tax treatment.
SELECT
  raw.company_id AS company_id,
  raw.id AS tax_treatment_id,
  raw.taxCode AS tax_code,
  raw.description AS tax_treatment,
  raw.taxType AS treatment_tax_type,
  COALESCE(raw.isIntracomunity, FALSE) AS is_reverse_charge
FROM tax_treatments AS raw
