-- One row for each line of a sales invoice.
CREATE OR REPLACE VIEW stg_invoice_lines AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  line.item ->> '$.id' AS document_line_id,
  CAST((
    line.item ->> '$.order'
  ) AS BIGINT) AS line_order,
  line.item ->> '$.productId' AS item_id,
  line.item ->> '$.productCode' AS item_code,
  line.item ->> '$.productName' AS item_name,
  COALESCE(CAST((
    line.item ->> '$.totalQuantity'
  ) AS DECIMAL(38, 6)), 0) AS quantity,
  COALESCE(CAST((
    line.item ->> '$.totalGross'
  ) AS DECIMAL(38, 6)), 0) AS gross,
  COALESCE(CAST((
    line.item ->> '$.totalDiscount'
  ) AS DECIMAL(38, 6)), 0) + COALESCE(CAST((
    line.item ->> '$.totalCustomerDiscount'
  ) AS DECIMAL(38, 6)), 0) AS discount,
  COALESCE(CAST((
    line.item ->> '$.totalNet'
  ) AS DECIMAL(38, 6)), 0) AS net,
  COALESCE(CAST((
    line.item ->> '$.totalVat'
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(CAST((
    line.item ->> '$.totalFeeSurcharge'
  ) AS DECIMAL(38, 6)), 0) AS surcharge
FROM invoices AS raw
CROSS JOIN UNNEST(CAST(raw."lines" AS JSON[])) AS line(item);
