-- One row for each fiscal year.
CREATE OR REPLACE VIEW stg_fiscal_years AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS fiscal_year_id,
  raw.`exercise` AS fiscal_year,
  CAST(SUBSTR(CAST(raw.`startDate` AS STRING), 1, 10) AS DATE) AS year_start,
  CAST(SUBSTR(CAST(raw.`endDate` AS STRING), 1, 10) AS DATE) AS year_end,
  raw.`status` AS year_status
FROM fiscal_years AS raw;
