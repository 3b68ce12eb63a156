-- One row for each line of a sales invoice.
SELECT
  raw.company_id AS company_id,
  raw.id AS document_id,
  text_at(line, 'id') AS document_line_id,
  whole_at(line, 'order') AS line_order,
  text_at(line, 'productId') AS item_id,
  text_at(line, 'productCode') AS item_code,
  text_at(line, 'productName') AS item_name,
  COALESCE(money_at(line, 'totalQuantity'), 0) AS quantity,
  COALESCE(money_at(line, 'totalGross'), 0) AS gross,
  COALESCE(money_at(line, 'totalDiscount'), 0) + COALESCE(money_at(line, 'totalCustomerDiscount'), 0) AS discount,
  COALESCE(money_at(line, 'totalNet'), 0) AS net,
  COALESCE(money_at(line, 'totalVat'), 0) AS vat,
  COALESCE(money_at(line, 'totalFeeSurcharge'), 0) AS surcharge
FROM invoices AS raw
CROSS JOIN each_of(raw.lines) AS line
