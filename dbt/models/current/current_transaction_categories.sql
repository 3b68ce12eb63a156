{# Written by `make models`.

The rows of `transaction_categories` that were still there when `record_ids` was read. Newer rows are
missing until it is read again, and all of them if `record_ids_of` leaves the stream out. #}
{{ config(enabled=sage_active.streams_are_read(['record_ids', 'transaction_categories'])) }}
SELECT
  raw.*
FROM {{ source('sage_active', 'transaction_categories') }} AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM {{ source('sage_active', 'record_ids') }} AS present
    WHERE
      present.object = 'transaction_categories'
      AND present.company_id = {{ sage_active.raw('company_id') }}
      AND present.id = {{ sage_active.raw('id') }}
  )
