{# Written by `make models`.

One row for each line of the tax register of an entry. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entries'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.text_at(sage_active.element('line'), 'id') }} AS entry_line_id,
  {{ sage_active.text_at(sage_active.element('tax'), 'id') }} AS entry_tax_id,
  {{ sage_active.text_at(sage_active.element('tax'), 'taxTreatmentId') }} AS tax_treatment_id,
  {{ sage_active.text_at(sage_active.element('tax'), 'taxId') }} AS tax_id,
  {{ sage_active.text_at(sage_active.element('tax'), 'taxType') }} AS tax_type,
  {{ sage_active.money_at(sage_active.element('tax'), 'taxPercentage') }} AS tax_rate,
  COALESCE({{ sage_active.money_at(sage_active.element('tax'), 'taxBase') }}, 0) AS base,
  COALESCE({{ sage_active.money_at(sage_active.element('tax'), 'taxAmount') }}, 0) AS vat,
  COALESCE({{ sage_active.money_at(sage_active.element('tax'), 'equivalenceSurchargeQuota') }}, 0) AS surcharge,
  {{ sage_active.money_at(sage_active.element('tax'), 'equivalenceSurchargePercentage') }} AS surcharge_rate,
  COALESCE({{ sage_active.flag_at(sage_active.element('tax'), 'deductible') }}, FALSE) AS is_deductible
FROM {{ source('sage_active', 'journal_entries') }} AS raw
{{ sage_active.join_each(sage_active.raw('accountingEntryLines'), 'line') }}
{{ sage_active.join_each(sage_active.part(sage_active.element('line'), 'accountingEntryInvoice.accountingEntryTaxes'), 'tax') }}
