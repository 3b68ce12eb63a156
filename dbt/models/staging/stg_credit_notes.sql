{# Written by `make models`.

One row for each credit note, drafts included. #}
{{ config(enabled=sage_active.streams_are_read(['credit_notes'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS document_id,
  {{ sage_active.raw('operationalNumber') }} AS document_number,
  {{ sage_active.day_of(sage_active.raw('documentDate')) }} AS document_date,
  {{ sage_active.day_of(sage_active.raw('operationDate')) }} AS operation_date,
  {{ sage_active.raw('status') }} AS document_status,
  {{ sage_active.raw('type') }} AS document_type,
  {{ sage_active.raw('customerId') }} AS customer_id,
  {{ sage_active.raw('socialName') }} AS customer_name,
  CAST({{ sage_active.raw('totalNet') }} AS {{ sage_active.type_of('money') }}) AS total_net,
  CAST({{ sage_active.raw('totalLiquid') }} AS {{ sage_active.type_of('money') }}) AS total_liquid
FROM {{ source('sage_active', 'credit_notes') }} AS raw
