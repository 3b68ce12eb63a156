-- One row for each company, with its accounting settings.
CREATE OR REPLACE VIEW stg_accounting_setup AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."TAXREGIME" AS tax_regime,
  raw."ANNUALACCOUNTSMODEL" AS chart
FROM accounting_setup AS raw;
