{# Written by `make models`.

One row for each tax treatment. #}
{{ config(enabled=sage_active.streams_are_read(['tax_treatments'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS tax_treatment_id,
  {{ sage_active.raw('taxCode') }} AS tax_code,
  {{ sage_active.raw('description') }} AS tax_treatment,
  {{ sage_active.raw('taxType') }} AS treatment_tax_type,
  COALESCE({{ sage_active.raw('isIntracomunity') }}, FALSE) AS is_reverse_charge
FROM {{ source('sage_active', 'tax_treatments') }} AS raw
