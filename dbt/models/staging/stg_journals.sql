{# Written by `make models`.

One row for each journal. #}
{{ config(enabled=sage_active.streams_are_read(['journals'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS journal_id,
  {{ sage_active.raw('code') }} AS journal_code,
  {{ sage_active.raw('name') }} AS journal_name,
  {{ sage_active.raw('type') }} AS journal_type,
  {{ sage_active.raw('isCreditNote') }} AS is_credit_note_journal
FROM {{ source('sage_active', 'journals') }} AS raw
