-- One row for each supplier.
CREATE OR REPLACE VIEW stg_suppliers AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS supplier_id,
  raw."code" AS supplier_code,
  raw."socialName" AS supplier_name,
  CASE
    WHEN SUBSTRING(CAST(raw."creationDate" AS TEXT) FROM 11 FOR 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."creationDate" AS TEXT) FROM 1 FOR 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."creationDate" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS created_on
FROM suppliers AS raw;
