{# Written by `make models`.

One row for each customer. #}
{{ config(enabled=sage_active.streams_are_read(['customers'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS customer_id,
  {{ sage_active.raw('code') }} AS customer_code,
  {{ sage_active.raw('socialName') }} AS customer_name,
  {{ sage_active.day_of(sage_active.raw('creationDate')) }} AS created_on
FROM {{ source('sage_active', 'customers') }} AS raw
