{# Written by `make models`.

One row for each item. #}
{{ config(enabled=sage_active.streams_are_read(['items'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS item_id,
  {{ sage_active.raw('code') }} AS item_code,
  {{ sage_active.raw('name') }} AS item_name,
  {{ sage_active.raw('category') }} AS item_category
FROM {{ source('sage_active', 'items') }} AS raw
