-- One row for each line of a sales invoice.
CREATE OR REPLACE VIEW stg_invoice_lines AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS document_id,
  CAST(GET_PATH(line.value, 'id') AS VARCHAR) AS document_line_id,
  CAST((
    CAST(GET_PATH(line.value, 'order') AS VARCHAR)
  ) AS BIGINT) AS line_order,
  CAST(GET_PATH(line.value, 'productId') AS VARCHAR) AS item_id,
  CAST(GET_PATH(line.value, 'productCode') AS VARCHAR) AS item_code,
  CAST(GET_PATH(line.value, 'productName') AS VARCHAR) AS item_name,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'totalQuantity') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS quantity,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'totalGross') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS gross,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'totalDiscount') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) + COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'totalCustomerDiscount') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS discount,
  COALESCE(CAST((
    CAST(GET_PATH(line.value, 'totalNet') AS VARCHAR)
  ) AS DECIMAL(38, 6)), 0) AS net,
  COALESCE(CAST((
    CAST(GET_PATH(line.value, 'totalVat') AS VARCHAR)
  ) AS DECIMAL(38, 6)), 0) AS vat,
  COALESCE(
    CAST((
      CAST(GET_PATH(line.value, 'totalFeeSurcharge') AS VARCHAR)
    ) AS DECIMAL(38, 6)),
    0
  ) AS surcharge
FROM invoices AS raw
CROSS JOIN LATERAL FLATTEN(INPUT => raw."LINES") AS line(SEQ, KEY, PATH, INDEX, VALUE, THIS);
