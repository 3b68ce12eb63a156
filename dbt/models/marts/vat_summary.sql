{# Written by `make models`.

One row for each month, tax treatment, rate and direction: a working paper for the VAT of a month, not a return. It
has no box numbers, and every kind of tax (IVA, IGIC, IPSI …) stands apart. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entries', 'tax_treatments'])) }}
SELECT
  company_id,
  {{ sage_active.month_of('due_date') }} AS due_month,
  {{ sage_active.month_of('document_date') }} AS document_month,
  {{ sage_active.month_of('operation_date') }} AS operation_month,
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat,
  CAST(SUM(base) AS {{ sage_active.type_of('money') }}) AS base,
  CAST(SUM(vat) AS {{ sage_active.type_of('money') }}) AS vat,
  CAST(SUM(surcharge) AS {{ sage_active.type_of('money') }}) AS surcharge,
  CAST(SUM(deductible) AS {{ sage_active.type_of('money') }}) AS deductible,
  CAST(COUNT(*) AS {{ sage_active.type_of('whole') }}) AS line_count
FROM {{ ref('vat_register') }} AS vat_register
GROUP BY
  company_id,
  {{ sage_active.month_of('due_date') }},
  {{ sage_active.month_of('document_date') }},
  {{ sage_active.month_of('operation_date') }},
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  rate,
  is_cash_vat
