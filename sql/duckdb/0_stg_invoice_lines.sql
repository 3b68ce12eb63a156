-- One row for each line of a sales invoice.
CREATE OR REPLACE VIEW stg_invoice_lines AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  raw.line."id" AS document_line_id,
  CAST((
    raw.line."order"
  ) AS BIGINT) AS line_order,
  raw.line."productId" AS item_id,
  raw.line."productCode" AS item_code,
  raw.line."productName" AS item_name,
  COALESCE(CAST((
    raw.line."totalQuantity"
  ) AS DECIMAL(38, 6)), 0) AS quantity,
  COALESCE(CAST((
    raw.line."totalGross"
  ) AS DECIMAL(38, 6)), 0) AS gross,
  COALESCE(CAST((
    raw.line."totalDiscount"
  ) AS DECIMAL(38, 6)), 0) + COALESCE(CAST((
    raw.line."totalCustomerDiscount"
  ) AS DECIMAL(38, 6)), 0) AS discount,
  COALESCE(CAST((
    raw.line."totalNet"
  ) AS DECIMAL(38, 6)), 0) AS net,
  COALESCE(CAST((
    raw.line."totalVat"
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(CAST((
    raw.line."totalFeeSurcharge"
  ) AS DECIMAL(38, 6)), 0) AS surcharge
FROM (
  SELECT
    raw."company_id",
    raw."id",
    UNNEST(
      JSON_TRANSFORM(
        raw."lines",
        '[{"id": "VARCHAR", "order": "VARCHAR", "productId": "VARCHAR", "productCode": "VARCHAR", "productName": "VARCHAR", "totalQuantity": "VARCHAR", "totalGross": "VARCHAR", "totalNet": "VARCHAR", "totalVat": "VARCHAR", "totalFeeSurcharge": "VARCHAR", "totalDiscount": "VARCHAR", "totalCustomerDiscount": "VARCHAR"}]'
      )
    ) AS line
  FROM invoices AS raw
) AS raw;
