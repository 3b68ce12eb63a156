-- One row for each finding about the books: what contradicts itself. Names and severities are those of `sage-active audit`,
-- which asks the service again where something differs; these views only see what was loaded. Differences from the
-- server's reports stand in trial_balance_compared and statements_compared.
CREATE OR REPLACE VIEW checks AS
WITH entries AS (
  SELECT
    company_id,
    entry_id,
    CAST(MAX(entry_number) AS STRING) AS label,
    SUM(debit) AS debit,
    SUM(credit) AS credit
  FROM general_ledger
  GROUP BY
    company_id,
    entry_id
), matches AS (
  SELECT
    company_id,
    match_id,
    MAX(matching_letter) AS label,
    SUM(debit - credit) AS balance
  FROM stg_entry_lines
  WHERE
    matching = 'FULL_MATCH'
    AND NOT match_id IS NULL
    AND NOT entry_type IN (
      'OPENING',
      'TEMPORARY_CARRY_FORWARD',
      'CLOSURE_ACCOUNTING',
      'CLOSURE_EXERCISE',
      'CLOSURE_WORTH'
    )
  GROUP BY
    company_id,
    match_id
), sales AS (
  SELECT
    company_id,
    'invoice' AS subject,
    document_id,
    document_number,
    document_status,
    total_net
  FROM stg_invoices
  UNION ALL
  SELECT
    company_id,
    'credit_note' AS subject,
    document_id,
    document_number,
    document_status,
    total_net
  FROM stg_credit_notes
), line_sums AS (
  SELECT
    company_id,
    document_id,
    SUM(net) AS net,
    COUNT(*) AS line_count
  FROM stg_invoice_lines
  GROUP BY
    company_id,
    document_id
  UNION ALL
  SELECT
    company_id,
    document_id,
    SUM(net) AS net,
    COUNT(*) AS line_count
  FROM stg_credit_note_lines
  GROUP BY
    company_id,
    document_id
), paid_items AS (
  SELECT
    'invoice' AS subject,
    stg_invoice_open_items.*
  FROM stg_invoice_open_items
  UNION ALL
  SELECT
    'credit_note' AS subject,
    stg_credit_note_open_items.*
  FROM stg_credit_note_open_items
  UNION ALL
  SELECT
    'bill' AS subject,
    stg_bill_open_items.*
  FROM stg_bill_open_items
), bill_payments AS (
  SELECT
    company_id,
    document_id,
    SUM(paid) AS paid
  FROM stg_bill_open_items
  GROUP BY
    company_id,
    document_id
), findings AS (
  SELECT
    company_id,
    'E1' AS check_id,
    'error' AS severity,
    'entry' AS subject,
    entry_id AS subject_id,
    label,
    debit AS expected,
    credit AS actual
  FROM entries
  WHERE
    ABS(debit - credit) >= 0.005
  UNION ALL
  SELECT
    line.company_id,
    'E3',
    'error',
    'entry_line',
    line.entry_line_id,
    CAST(line.entry_number AS STRING),
    NULL,
    NULL
  FROM stg_entry_lines AS line
  LEFT JOIN stg_accounts AS account
    ON account.company_id = line.company_id AND account.account_id = line.account_id
  WHERE
    account.account_id IS NULL OR account.account_level <> 'SUB_ACCOUNT'
  UNION ALL
  SELECT DISTINCT
    line.company_id,
    'E4',
    'error',
    'entry',
    line.entry_id,
    CAST(line.entry_number AS STRING),
    CAST(NULL AS BIGNUMERIC),
    CAST(NULL AS BIGNUMERIC)
  FROM stg_entry_lines AS line
  LEFT JOIN stg_fiscal_years AS fiscal_year
    ON fiscal_year.company_id = line.company_id
    AND fiscal_year.fiscal_year_id = line.fiscal_year_id
  WHERE
    fiscal_year.fiscal_year_id IS NULL
    OR line.entry_date < fiscal_year.year_start
    OR line.entry_date > fiscal_year.year_end
  UNION ALL
  SELECT
    company_id,
    'E6',
    'warning',
    'match',
    match_id,
    label,
    0,
    balance
  FROM matches
  WHERE
    ABS(balance) >= 0.01
  UNION ALL
  SELECT
    sales.company_id,
    'D1',
    'warning',
    sales.subject,
    sales.document_id,
    sales.document_number,
    line_sums.net,
    sales.total_net
  FROM sales
  JOIN line_sums
    ON line_sums.company_id = sales.company_id
    AND line_sums.document_id = sales.document_id
  WHERE
    ABS(line_sums.net - sales.total_net) > 0.01 * line_sums.line_count
  UNION ALL
  SELECT
    company_id,
    'D6',
    'warning',
    subject,
    document_id,
    CAST(NULL AS STRING),
    amount,
    paid
  FROM paid_items
  WHERE
    ABS(paid) > ABS(amount)
  UNION ALL
  SELECT
    company_id,
    'D9',
    'notice',
    subject,
    document_id,
    document_number,
    NULL,
    NULL
  FROM (
    SELECT
      sales.*,
      COUNT(*) OVER (PARTITION BY company_id, document_number) AS holder_count
    FROM sales
    WHERE
      document_status <> 'Pending' AND NOT document_number IS NULL
  ) AS numbered
  WHERE
    holder_count > 1
  UNION ALL
  SELECT
    bill.company_id,
    'B2',
    'warning',
    'bill',
    bill.document_id,
    bill.document_number,
    bill.total_liquid - COALESCE(bill_payments.paid, 0),
    bill.pending_amount
  FROM stg_bills AS bill
  LEFT JOIN bill_payments
    ON bill_payments.company_id = bill.company_id
    AND bill_payments.document_id = bill.document_id
  WHERE
    ABS(bill.total_liquid - COALESCE(bill_payments.paid, 0) - bill.pending_amount) > 0.01
  UNION ALL
  SELECT DISTINCT
    bill.company_id,
    'B3',
    'warning',
    'bill',
    bill.document_id,
    bill.document_number,
    CAST(NULL AS BIGNUMERIC),
    CAST(NULL AS BIGNUMERIC)
  FROM stg_bills AS bill
  JOIN stg_bills AS other
    ON other.company_id = bill.company_id
    AND other.supplier_id = bill.supplier_id
    AND UPPER(other.document_number) = UPPER(bill.document_number)
    AND other.document_id <> bill.document_id
  WHERE
    ABS(DATE_DIFF(other.document_date, bill.document_date, DAY)) <= 400
  UNION ALL
  SELECT
    company_id,
    'P1',
    'notice',
    subject,
    document_id,
    document_number,
    NULL,
    NULL
  FROM sales
  WHERE
    document_status = 'Closed'
)
SELECT
  company_id,
  check_id,
  severity,
  subject,
  subject_id,
  label,
  CAST(expected AS BIGNUMERIC) AS expected,
  CAST(actual AS BIGNUMERIC) AS actual
FROM findings;
