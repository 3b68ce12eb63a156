-- One row for each period of a fiscal year.
SELECT
  raw.company_id AS company_id,
  raw.id AS fiscal_year_id,
  text_at(period, 'id') AS period_id,
  day_at(period, 'startDate') AS period_start,
  day_at(period, 'endDate') AS period_end,
  flag_at(period, 'isClosed') AS is_period_closed
FROM fiscal_years AS raw
CROSS JOIN each_of(raw.periods) AS period
