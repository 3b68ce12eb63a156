-- One row for each fiscal year.
CREATE OR REPLACE VIEW stg_fiscal_years AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS fiscal_year_id,
  raw."EXERCISE" AS fiscal_year,
  CAST(SUBSTRING(CAST(raw."STARTDATE" AS VARCHAR), 1, 10) AS DATE) AS year_start,
  CAST(SUBSTRING(CAST(raw."ENDDATE" AS VARCHAR), 1, 10) AS DATE) AS year_end,
  raw."STATUS" AS year_status
FROM fiscal_years AS raw;
