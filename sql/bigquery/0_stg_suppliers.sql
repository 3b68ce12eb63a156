-- One row for each supplier.
CREATE OR REPLACE VIEW stg_suppliers AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS supplier_id,
  raw.`code` AS supplier_code,
  raw.`socialName` AS supplier_name,
  CAST(SUBSTR(CAST(raw.`creationDate` AS STRING), 1, 10) AS DATE) AS created_on
FROM suppliers AS raw;
