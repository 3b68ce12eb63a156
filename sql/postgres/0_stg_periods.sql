-- One row for each period of a fiscal year.
CREATE OR REPLACE VIEW stg_periods AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS fiscal_year_id,
  CAST(period.item AS JSONB) #>> '{id}' AS period_id,
  CAST(SUBSTRING(CAST(period.item AS JSONB) #>> '{startDate}' FROM 1 FOR 10) AS DATE) AS period_start,
  CAST(SUBSTRING(CAST(period.item AS JSONB) #>> '{endDate}' FROM 1 FOR 10) AS DATE) AS period_end,
  CAST((
    CAST(period.item AS JSONB) #>> '{isClosed}'
  ) AS BOOLEAN) AS is_period_closed
FROM fiscal_years AS raw
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(raw."periods" AS JSONB)) = 'array'
    THEN CAST(raw."periods" AS JSONB)
  END
) AS period(item);
