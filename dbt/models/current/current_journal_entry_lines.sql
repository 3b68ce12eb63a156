{# Written by `make models`.

The rows of `journal_entry_lines` that were still there when `record_ids` was read. Newer rows are
missing until it is read again, and all of them if `record_ids_of` leaves the stream out. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entry_lines', 'record_ids'])) }}
SELECT
  raw.*
FROM {{ source('sage_active', 'journal_entry_lines') }} AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM {{ source('sage_active', 'record_ids') }} AS present
    WHERE
      present.object = 'journal_entry_lines'
      AND present.company_id = {{ sage_active.raw('company_id') }}
      AND present.id = {{ sage_active.raw('id') }}
  )
