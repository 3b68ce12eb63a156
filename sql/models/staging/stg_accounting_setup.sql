-- One row for each company, with its accounting settings.
SELECT
  raw.company_id AS company_id,
  raw.taxRegime AS tax_regime
FROM accounting_setup AS raw
