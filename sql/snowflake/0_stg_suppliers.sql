-- One row for each supplier.
CREATE OR REPLACE VIEW stg_suppliers AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS supplier_id,
  raw."CODE" AS supplier_code,
  raw."SOCIALNAME" AS supplier_name,
  CAST(SUBSTRING(CAST(raw."CREATIONDATE" AS VARCHAR), 1, 10) AS DATE) AS created_on
FROM suppliers AS raw;
