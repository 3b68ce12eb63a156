-- One row for each supplier.
CREATE OR REPLACE VIEW stg_suppliers AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS supplier_id,
  raw."code" AS supplier_code,
  raw."socialName" AS supplier_name,
  CASE
    WHEN CAST(PG_TYPEOF(raw."creationDate") AS TEXT) = 'timestamp with time zone'
    THEN CAST(CAST(raw."creationDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."creationDate" AS TEXT) FROM 1 FOR 10) AS DATE)
  END AS created_on
FROM suppliers AS raw;
