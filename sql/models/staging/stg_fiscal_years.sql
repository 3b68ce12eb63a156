-- One row for each fiscal year.
SELECT
  raw.company_id AS company_id,
  raw.id AS fiscal_year_id,
  raw.exercise AS fiscal_year,
  day_of(raw.startDate) AS year_start,
  day_of(raw.endDate) AS year_end,
  raw.status AS year_status
FROM fiscal_years AS raw
