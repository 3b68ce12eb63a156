-- One row for each company, with its accounting settings.
CREATE OR REPLACE VIEW stg_accounting_setup AS
SELECT
  raw."company_id" AS company_id,
  raw."taxRegime" AS tax_regime,
  raw."annualAccountsModel" AS chart
FROM accounting_setup AS raw;
