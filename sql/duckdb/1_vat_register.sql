-- One row for each line of the tax registers of entries, and for each part of one that has become due apart. Withholding
-- is left out. The two lines of a reverse charge are one row, with one base. Credit notes are negative. VAT of a
-- document with cash VAT has no due date before its adjustment entry; each adjustment entry makes its part due.
CREATE OR REPLACE VIEW vat_register AS
WITH signed AS (
  SELECT
    tax.company_id,
    line.entry_id,
    tax.entry_line_id,
    COALESCE(line.invoice_number, line.document_number) AS document_number,
    tax.entry_tax_id,
    tax.tax_treatment_id,
    tax.tax_type,
    tax.tax_rate,
    line.entry_date,
    COALESCE(line.invoice_date, line.document_date) AS document_date,
    COALESCE(line.operation_date, line.invoice_date, line.document_date) AS operation_date,
    line.is_cash_vat AND NOT COALESCE(treatment.is_reverse_charge, FALSE) AS is_cash_vat,
    COALESCE(line.source_entity_id, line.sales_invoice_id) AS source_id,
    treatment.tax_code,
    treatment.tax_treatment,
    COALESCE(treatment.is_reverse_charge, FALSE) AS is_reverse_charge,
    tax.is_deductible,
    tax.base,
    tax.vat,
    tax.surcharge,
    CASE
      WHEN (
        line.debit - line.credit
      ) * CASE WHEN line.third_party_kind = 'SUPPLIER' THEN -1 ELSE 1 END < 0
      THEN -1
      ELSE 1
    END * CASE WHEN line.invoice_amount < 0 THEN -1 ELSE 1 END AS sign
  FROM stg_entry_taxes AS tax
  JOIN stg_entry_lines AS line
    ON line.company_id = tax.company_id AND line.entry_line_id = tax.entry_line_id
  LEFT JOIN stg_tax_treatments AS treatment
    ON treatment.company_id = tax.company_id
    AND treatment.tax_treatment_id = tax.tax_treatment_id
  WHERE
    COALESCE(tax.tax_type, '') <> 'IRPF'
), registered AS (
  SELECT
    company_id,
    entry_id,
    entry_line_id,
    document_number,
    tax_treatment_id,
    tax_type,
    tax_code,
    tax_treatment,
    tax_rate,
    entry_date,
    document_date,
    operation_date,
    is_cash_vat,
    source_id,
    CASE
      WHEN is_reverse_charge AND MAX(CASE WHEN is_deductible THEN 1 ELSE 0 END) = 1
      THEN 'reverse_charge'
      WHEN MAX(CASE WHEN is_deductible THEN 1 ELSE 0 END) = 1
      THEN 'input'
      ELSE 'output'
    END AS direction,
    SUM(
      CASE
        WHEN NOT is_reverse_charge OR is_deductible <> has_output
        THEN base * sign
        ELSE 0
      END
    ) AS base,
    SUM(
      CASE
        WHEN NOT is_reverse_charge OR is_deductible <> has_output
        THEN vat * sign
        ELSE 0
      END
    ) AS vat,
    SUM(surcharge * sign) AS surcharge,
    SUM(CASE WHEN is_deductible THEN vat * sign ELSE 0 END) AS deductible
  FROM (
    SELECT
      signed.*,
      MAX(CASE WHEN is_deductible THEN 0 ELSE 1 END) OVER (PARTITION BY company_id, entry_line_id, tax_treatment_id, tax_rate) = 1 AS has_output
    FROM signed
  ) AS sided
  GROUP BY
    company_id,
    entry_id,
    entry_line_id,
    document_number,
    tax_treatment_id,
    tax_type,
    tax_code,
    tax_treatment,
    tax_rate,
    entry_date,
    document_date,
    operation_date,
    is_cash_vat,
    source_id,
    is_reverse_charge,
    CASE WHEN is_reverse_charge THEN FALSE ELSE is_deductible END
), adjusted AS (
  SELECT
    company_id,
    COALESCE(source_entity_id, sales_invoice_id) AS source_id,
    entry_id,
    entry_date,
    SUM(debit) AS released
  FROM stg_entry_lines
  WHERE
    entry_type = 'CASH_VAT_ADJUSTMENT'
  GROUP BY
    company_id,
    COALESCE(source_entity_id, sales_invoice_id),
    entry_id,
    entry_date
), released_parts AS (
  SELECT
    adjusted.*,
    SUM(released) OVER (
      PARTITION BY company_id, source_id
      ORDER BY entry_date, entry_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS released_so_far
  FROM adjusted
), totals AS (
  SELECT
    registered.*,
    ABS(
      SUM(CASE WHEN is_cash_vat THEN vat ELSE 0 END) OVER (PARTITION BY company_id, entry_line_id)
    ) AS cash_vat
  FROM registered
), parts AS (
  SELECT
    totals.*,
    adjusted.entry_date AS due_date,
    CAST(ROUND((
      totals.base
    ) * (
      adjusted.released_so_far
    ) / (
      totals.cash_vat
    ), 2) AS DECIMAL(38, 6)) - CAST(ROUND(
      (
        totals.base
      ) * (
        adjusted.released_so_far - adjusted.released
      ) / (
        totals.cash_vat
      ),
      2
    ) AS DECIMAL(38, 6)) AS due_base,
    CAST(ROUND((
      totals.vat
    ) * (
      adjusted.released_so_far
    ) / (
      totals.cash_vat
    ), 2) AS DECIMAL(38, 6)) - CAST(ROUND(
      (
        totals.vat
      ) * (
        adjusted.released_so_far - adjusted.released
      ) / (
        totals.cash_vat
      ),
      2
    ) AS DECIMAL(38, 6)) AS due_vat,
    CAST(ROUND((
      totals.surcharge
    ) * (
      adjusted.released_so_far
    ) / (
      totals.cash_vat
    ), 2) AS DECIMAL(38, 6)) - CAST(ROUND(
      (
        totals.surcharge
      ) * (
        adjusted.released_so_far - adjusted.released
      ) / (
        totals.cash_vat
      ),
      2
    ) AS DECIMAL(38, 6)) AS due_surcharge,
    CAST(ROUND(
      (
        totals.deductible
      ) * (
        adjusted.released_so_far
      ) / (
        totals.cash_vat
      ),
      2
    ) AS DECIMAL(38, 6)) - CAST(ROUND(
      (
        totals.deductible
      ) * (
        adjusted.released_so_far - adjusted.released
      ) / (
        totals.cash_vat
      ),
      2
    ) AS DECIMAL(38, 6)) AS due_deductible
  FROM totals
  JOIN released_parts AS adjusted
    ON adjusted.company_id = totals.company_id AND adjusted.source_id = totals.source_id
  WHERE
    totals.is_cash_vat AND totals.cash_vat <> 0
), released AS (
  SELECT
    company_id,
    entry_line_id,
    COALESCE(tax_treatment_id, '') AS treatment_key,
    COALESCE(tax_type, '') AS type_key,
    COALESCE(tax_rate, -1) AS rate_key,
    direction,
    SUM(due_base) AS due_base,
    SUM(due_vat) AS due_vat,
    SUM(due_surcharge) AS due_surcharge,
    SUM(due_deductible) AS due_deductible
  FROM parts
  GROUP BY
    company_id,
    entry_line_id,
    COALESCE(tax_treatment_id, ''),
    COALESCE(tax_type, ''),
    COALESCE(tax_rate, -1),
    direction
), everything AS (
  SELECT
    totals.company_id,
    totals.entry_id,
    totals.entry_line_id,
    totals.document_number,
    totals.direction,
    totals.tax_type,
    totals.tax_code,
    totals.tax_treatment,
    totals.tax_rate,
    totals.entry_date,
    totals.document_date,
    totals.operation_date,
    totals.is_cash_vat,
    CASE WHEN NOT totals.is_cash_vat OR totals.cash_vat = 0 THEN totals.entry_date END AS due_date,
    totals.base - COALESCE(released.due_base, 0) AS base,
    totals.vat - COALESCE(released.due_vat, 0) AS vat,
    totals.surcharge - COALESCE(released.due_surcharge, 0) AS surcharge,
    totals.deductible - COALESCE(released.due_deductible, 0) AS deductible,
    NOT released.entry_line_id IS NULL AS is_rest
  FROM totals
  LEFT JOIN released
    ON released.company_id = totals.company_id
    AND released.entry_line_id = totals.entry_line_id
    AND released.treatment_key = COALESCE(totals.tax_treatment_id, '')
    AND released.type_key = COALESCE(totals.tax_type, '')
    AND released.rate_key = COALESCE(totals.tax_rate, -1)
    AND released.direction = totals.direction
  UNION ALL
  SELECT
    company_id,
    entry_id,
    entry_line_id,
    document_number,
    direction,
    tax_type,
    tax_code,
    tax_treatment,
    tax_rate,
    entry_date,
    document_date,
    operation_date,
    is_cash_vat,
    due_date,
    due_base AS base,
    due_vat AS vat,
    due_surcharge AS surcharge,
    due_deductible AS deductible,
    FALSE AS is_rest
  FROM parts
)
SELECT
  company_id,
  entry_id,
  entry_line_id,
  document_number,
  direction,
  tax_type,
  tax_code,
  tax_treatment,
  tax_rate AS rate,
  entry_date,
  document_date,
  operation_date,
  is_cash_vat,
  due_date,
  CAST(base AS DECIMAL(38, 6)) AS base,
  CAST(vat AS DECIMAL(38, 6)) AS vat,
  CAST(surcharge AS DECIMAL(38, 6)) AS surcharge,
  CAST(deductible AS DECIMAL(38, 6)) AS deductible
FROM everything
WHERE
  NOT is_rest OR base <> 0 OR vat <> 0;
