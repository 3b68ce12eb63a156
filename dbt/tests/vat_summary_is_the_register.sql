{# Written by `make models`.

The VAT of all months is that of the register. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entries', 'tax_treatments'])) }}
WITH sums AS (
  SELECT
    company_id,
    direction,
    base,
    vat,
    surcharge,
    deductible
  FROM {{ ref('vat_summary') }} AS vat_summary
  UNION ALL
  SELECT
    company_id,
    direction,
    -base,
    -vat,
    -surcharge,
    -deductible
  FROM {{ ref('vat_register') }} AS vat_register
)
SELECT
  company_id,
  direction,
  SUM(base) AS base,
  SUM(vat) AS vat,
  SUM(surcharge) AS surcharge,
  SUM(deductible) AS deductible
FROM sums
GROUP BY
  company_id,
  direction
HAVING
  SUM(base) <> 0 OR SUM(vat) <> 0 OR SUM(surcharge) <> 0 OR SUM(deductible) <> 0
