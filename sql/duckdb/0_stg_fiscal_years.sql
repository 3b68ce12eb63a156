-- One row for each fiscal year.
CREATE OR REPLACE VIEW stg_fiscal_years AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS fiscal_year_id,
  raw."exercise" AS fiscal_year,
  CASE
    WHEN SUBSTRING(CAST(raw."startDate" AS TEXT), 11, 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."startDate" AS TEXT), 1, 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."startDate" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS year_start,
  CASE
    WHEN SUBSTRING(CAST(raw."endDate" AS TEXT), 11, 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."endDate" AS TEXT), 1, 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."endDate" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS year_end,
  raw."status" AS year_status
FROM fiscal_years AS raw;
