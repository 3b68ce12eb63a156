{# Written by `make models`.

The rows of `tax_treatments` that were still there when `record_ids` was read. Newer rows are
missing until it is read again, and all of them if `record_ids_of` leaves the stream out. #}
{{ config(enabled=sage_active.streams_are_read(['record_ids', 'tax_treatments'])) }}
SELECT
  raw.*
FROM {{ source('sage_active', 'tax_treatments') }} AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM {{ source('sage_active', 'record_ids') }} AS present
    WHERE
      present.object = 'tax_treatments'
      AND present.company_id = {{ sage_active.raw('company_id') }}
      AND present.id = {{ sage_active.raw('id') }}
  )
