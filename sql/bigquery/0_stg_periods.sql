-- One row for each period of a fiscal year.
CREATE OR REPLACE VIEW stg_periods AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS fiscal_year_id,
  JSON_VALUE(period, '$.id') AS period_id,
  CAST(SUBSTR(JSON_VALUE(period, '$.startDate'), 1, 10) AS DATE) AS period_start,
  CAST(SUBSTR(JSON_VALUE(period, '$.endDate'), 1, 10) AS DATE) AS period_end,
  CAST((
    JSON_VALUE(period, '$.isClosed')
  ) AS BOOL) AS is_period_closed
FROM fiscal_years AS raw
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(raw.`periods`, '$')) AS period;
