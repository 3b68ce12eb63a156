{# Written by `make models`.

One row for each fiscal year. #}
{{ config(enabled=sage_active.streams_are_read(['fiscal_years'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS fiscal_year_id,
  {{ sage_active.raw('exercise') }} AS fiscal_year,
  {{ sage_active.day_of(sage_active.raw('startDate')) }} AS year_start,
  {{ sage_active.day_of(sage_active.raw('endDate')) }} AS year_end,
  {{ sage_active.raw('status') }} AS year_status
FROM {{ source('sage_active', 'fiscal_years') }} AS raw
