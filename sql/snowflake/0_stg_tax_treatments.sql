-- One row for each tax treatment.
CREATE OR REPLACE VIEW stg_tax_treatments AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS tax_treatment_id,
  raw."TAXCODE" AS tax_code,
  raw."DESCRIPTION" AS tax_treatment,
  raw."TAXTYPE" AS treatment_tax_type,
  COALESCE(raw."ISINTRACOMUNITY", FALSE) AS is_reverse_charge
FROM tax_treatments AS raw;
