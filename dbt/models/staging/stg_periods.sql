{# Written by `make models`.

One row for each period of a fiscal year. #}
{{ config(enabled=sage_active.streams_are_read(['fiscal_years'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS fiscal_year_id,
  {{ sage_active.text_at(sage_active.element('period'), 'id') }} AS period_id,
  {{ sage_active.day_at(sage_active.element('period'), 'startDate') }} AS period_start,
  {{ sage_active.day_at(sage_active.element('period'), 'endDate') }} AS period_end,
  {{ sage_active.flag_at(sage_active.element('period'), 'isClosed') }} AS is_period_closed
FROM {{ source('sage_active', 'fiscal_years') }} AS raw
{{ sage_active.join_each(sage_active.raw('periods'), 'period') }}
