{# Written by `make models`.

One row for each supplier. #}
{{ config(enabled=sage_active.streams_are_read(['suppliers'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS supplier_id,
  {{ sage_active.raw('code') }} AS supplier_code,
  {{ sage_active.raw('socialName') }} AS supplier_name,
  {{ sage_active.day_of(sage_active.raw('creationDate')) }} AS created_on
FROM {{ source('sage_active', 'suppliers') }} AS raw
