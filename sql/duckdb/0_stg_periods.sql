-- One row for each period of a fiscal year.
CREATE OR REPLACE VIEW stg_periods AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS fiscal_year_id,
  period.item ->> '$.id' AS period_id,
  CAST(SUBSTRING(period.item ->> '$.startDate', 1, 10) AS DATE) AS period_start,
  CAST(SUBSTRING(period.item ->> '$.endDate', 1, 10) AS DATE) AS period_end,
  CAST((
    period.item ->> '$.isClosed'
  ) AS BOOLEAN) AS is_period_closed
FROM fiscal_years AS raw
CROSS JOIN UNNEST(CAST(raw."periods" AS JSON[])) AS period(item);
