{# Written by `make models`.

One row for each line of the server's profit and loss of a fiscal year. #}
{{ config(enabled=sage_active.streams_are_read(['profit_and_loss'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('exerciseId') }} AS fiscal_year_id,
  {{ sage_active.raw('code') }} AS line_code,
  {{ sage_active.raw('description') }} AS line_description,
  {{ sage_active.raw('lineType') }} AS line_type,
  {{ sage_active.raw('order') }} AS line_position,
  CAST({{ sage_active.raw('amountTotal') }} AS {{ sage_active.type_of('money') }}) AS amount
FROM {{ source('sage_active', 'profit_and_loss') }} AS raw
