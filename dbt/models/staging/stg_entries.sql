{# Written by `make models`.

One row for each accounting entry, without its lines. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entries'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS entry_id,
  {{ sage_active.raw('accountingExerciseId') }} AS fiscal_year_id,
  {{ sage_active.raw('entryType') }} AS entry_type
FROM {{ source('sage_active', 'journal_entries') }} AS raw
