-- One row for each period of a fiscal year.
CREATE OR REPLACE VIEW stg_periods AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS fiscal_year_id,
  CAST(GET_PATH(period.value, 'id') AS VARCHAR) AS period_id,
  CAST(SUBSTRING(CAST(GET_PATH(period.value, 'startDate') AS VARCHAR), 1, 10) AS DATE) AS period_start,
  CAST(SUBSTRING(CAST(GET_PATH(period.value, 'endDate') AS VARCHAR), 1, 10) AS DATE) AS period_end,
  CAST((
    CAST(GET_PATH(period.value, 'isClosed') AS VARCHAR)
  ) AS BOOLEAN) AS is_period_closed
FROM fiscal_years AS raw
CROSS JOIN LATERAL FLATTEN(INPUT => raw."PERIODS") AS period(SEQ, KEY, PATH, INDEX, VALUE, THIS);
