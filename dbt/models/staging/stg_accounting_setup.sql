{# Written by `make models`.

One row for each company, with its accounting settings. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('taxRegime') }} AS tax_regime,
  {{ sage_active.raw('annualAccountsModel') }} AS chart
FROM {{ source('sage_active', 'accounting_setup') }} AS raw
