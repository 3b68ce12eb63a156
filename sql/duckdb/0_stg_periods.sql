-- One row for each period of a fiscal year.
CREATE OR REPLACE VIEW stg_periods AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS fiscal_year_id,
  raw.period."id" AS period_id,
  CAST(SUBSTRING(raw.period."startDate", 1, 10) AS DATE) AS period_start,
  CAST(SUBSTRING(raw.period."endDate", 1, 10) AS DATE) AS period_end,
  CAST((
    raw.period."isClosed"
  ) AS BOOLEAN) AS is_period_closed
FROM (
  SELECT
    raw."company_id",
    raw."id",
    UNNEST(
      JSON_TRANSFORM(
        raw."periods",
        '[{"id": "VARCHAR", "startDate": "VARCHAR", "endDate": "VARCHAR", "isClosed": "VARCHAR"}]'
      )
    ) AS period
  FROM fiscal_years AS raw
) AS raw;
