-- One row for each line of a sales invoice.
CREATE OR REPLACE VIEW stg_invoice_lines AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS document_id,
  CAST(line.item AS JSONB) #>> '{id}' AS document_line_id,
  CAST((
    CAST(line.item AS JSONB) #>> '{order}'
  ) AS BIGINT) AS line_order,
  CAST(line.item AS JSONB) #>> '{productId}' AS item_id,
  CAST(line.item AS JSONB) #>> '{productCode}' AS item_code,
  CAST(line.item AS JSONB) #>> '{productName}' AS item_name,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{totalQuantity}'
  ) AS DECIMAL(38, 6)), 0) AS quantity,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{totalGross}'
  ) AS DECIMAL(38, 6)), 0) AS gross,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{totalDiscount}'
  ) AS DECIMAL(38, 6)), 0) + COALESCE(
    CAST((
      CAST(line.item AS JSONB) #>> '{totalCustomerDiscount}'
    ) AS DECIMAL(38, 6)),
    0
  ) AS discount,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{totalNet}'
  ) AS DECIMAL(38, 6)), 0) AS net,
  COALESCE(CAST((
    CAST(line.item AS JSONB) #>> '{totalVat}'
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(
    CAST((
      CAST(line.item AS JSONB) #>> '{totalFeeSurcharge}'
    ) AS DECIMAL(38, 6)),
    0
  ) AS surcharge
FROM invoices AS raw
CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS(
  CASE
    WHEN JSONB_TYPEOF(CAST(raw."lines" AS JSONB)) = 'array'
    THEN CAST(raw."lines" AS JSONB)
  END
) AS line(item);
