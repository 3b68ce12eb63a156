-- One row for each line of a credit note.
CREATE OR REPLACE VIEW stg_credit_note_lines AS
SELECT
  raw.`company_id` AS company_id,
  raw.`id` AS document_id,
  JSON_VALUE(line, '$.id') AS document_line_id,
  CAST((
    JSON_VALUE(line, '$.order')
  ) AS INT64) AS line_order,
  JSON_VALUE(line, '$.productId') AS item_id,
  JSON_VALUE(line, '$.productCode') AS item_code,
  JSON_VALUE(line, '$.productName') AS item_name,
  COALESCE(CAST((
    JSON_VALUE(line, '$.totalQuantity')
  ) AS BIGNUMERIC), 0) AS quantity,
  COALESCE(CAST((
    JSON_VALUE(line, '$.totalGross')
  ) AS BIGNUMERIC), 0) AS gross,
  COALESCE(CAST((
    JSON_VALUE(line, '$.totalDiscount')
  ) AS BIGNUMERIC), 0) + COALESCE(CAST((
    JSON_VALUE(line, '$.totalCustomerDiscount')
  ) AS BIGNUMERIC), 0) AS discount,
  COALESCE(CAST((
    JSON_VALUE(line, '$.totalNet')
  ) AS BIGNUMERIC), 0) AS net,
  COALESCE(CAST((
    JSON_VALUE(line, '$.totalVat')
  ) AS BIGNUMERIC), 0) AS vat,
  COALESCE(CAST((
    JSON_VALUE(line, '$.totalFeeSurcharge')
  ) AS BIGNUMERIC), 0) AS surcharge
FROM credit_notes AS raw
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(raw.`lines`, '$')) AS line;
