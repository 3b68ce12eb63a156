-- One row for each fiscal year.
CREATE OR REPLACE VIEW stg_fiscal_years AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS fiscal_year_id,
  raw."exercise" AS fiscal_year,
  CASE
    WHEN CAST(TYPEOF(raw."startDate") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."startDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."startDate" AS TEXT), 1, 10) AS DATE)
  END AS year_start,
  CASE
    WHEN CAST(TYPEOF(raw."endDate") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."endDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."endDate" AS TEXT), 1, 10) AS DATE)
  END AS year_end,
  raw."status" AS year_status
FROM fiscal_years AS raw;
