-- One row for each fiscal year.
CREATE OR REPLACE VIEW stg_fiscal_years AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS fiscal_year_id,
  raw."exercise" AS fiscal_year,
  CASE
    WHEN CAST(PG_TYPEOF(raw."startDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."startDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."startDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS year_start,
  CASE
    WHEN CAST(PG_TYPEOF(raw."endDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."endDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."endDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS year_end,
  raw."status" AS year_status
FROM fiscal_years AS raw;
