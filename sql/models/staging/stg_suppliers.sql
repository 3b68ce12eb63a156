-- One row for each supplier.
SELECT
  raw.company_id AS company_id,
  raw.id AS supplier_id,
  raw.code AS supplier_code,
  raw.socialName AS supplier_name,
  day_of(raw.creationDate) AS created_on
FROM suppliers AS raw
