{# Written by `make models`.

One row for each instalment of a ledger line of a customer or supplier; a line without open items is one instalment.
Entries that repeat balances are left out: opening entries (but those of the first fiscal year with entries), closing
entries, and entries of a year-end process that is not final. So the sum by third party is its balance. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals'])) }}
WITH lines AS (
  SELECT
    line.*,
    line.amount * CASE WHEN line.third_party_kind = 'CUSTOMER' THEN 1 ELSE -1 END AS owed
  FROM {{ ref('general_ledger') }} AS line
  JOIN {{ ref('fiscal_year_openings') }} AS opened
    ON opened.company_id = line.company_id
    AND opened.fiscal_year_id = line.fiscal_year_id
  WHERE
    line.third_party_kind IN ('CUSTOMER', 'SUPPLIER')
    AND (
      line.entry_role = 'movement'
      OR (
        line.entry_role = opened.opening_source AND NOT opened.has_earlier_entries
      )
    )
), described AS (
  SELECT
    lines.company_id,
    lines.third_party_kind,
    lines.third_party_id,
    lines.third_party_code,
    lines.third_party_name,
    CASE
      WHEN invoice.document_type = 'PAYMENT_IN_ADVANCE'
      THEN 'advance'
      WHEN NOT invoice.document_id IS NULL
      THEN 'invoice'
      WHEN NOT credit_note.document_id IS NULL
      THEN 'credit_note'
      WHEN NOT bill.document_id IS NULL
      THEN 'bill'
      WHEN NOT lines.entry_invoice_id IS NULL
      THEN 'entry'
      WHEN lines.sub_account_type LIKE '%PREPAYMENT%'
      THEN 'prepayment'
      WHEN lines.entry_role <> 'movement'
      THEN 'opening'
      WHEN lines.journal_type = 'FINANCIAL'
      THEN 'payment'
      ELSE 'other'
    END AS item_kind,
    COALESCE(invoice.document_id, credit_note.document_id, bill.document_id) AS document_id,
    COALESCE(
      invoice.document_number,
      credit_note.document_number,
      bill.document_number,
      lines.invoice_number,
      lines.document_number
    ) AS document_number,
    COALESCE(
      invoice.document_date,
      credit_note.document_date,
      bill.document_date,
      lines.invoice_date,
      lines.document_date,
      lines.entry_date
    ) AS document_date,
    lines.entry_id,
    lines.entry_line_id,
    lines.entry_date,
    COALESCE(lines.match_id, lines.entry_line_id) AS match_key,
    lines.owed,
    CASE WHEN lines.owed < 0 THEN -1 ELSE 1 END * CASE WHEN lines.invoice_amount < 0 THEN -1 ELSE 1 END AS item_sign
  FROM lines
  LEFT JOIN {{ ref('stg_invoices') }} AS invoice
    ON invoice.company_id = lines.company_id
    AND invoice.document_id = lines.sales_invoice_id
    AND NOT lines.entry_invoice_id IS NULL
  LEFT JOIN {{ ref('stg_credit_notes') }} AS credit_note
    ON credit_note.company_id = lines.company_id
    AND credit_note.document_id = lines.sales_invoice_id
    AND NOT lines.entry_invoice_id IS NULL
  LEFT JOIN {{ ref('stg_bills') }} AS bill
    ON bill.company_id = lines.company_id
    AND bill.document_id = lines.source_entity_id
    AND NOT lines.entry_invoice_id IS NULL
), instalments AS (
  SELECT
    described.*,
    item.open_item_id,
    item.due_date,
    item.amount * described.item_sign AS item_amount,
    ROW_NUMBER() OVER (
      PARTITION BY described.company_id, described.entry_line_id
      ORDER BY item.due_date, item.open_item_id
    ) AS instalment,
    COUNT(*) OVER (PARTITION BY described.company_id, described.entry_line_id) AS instalment_count,
    SUM(item.amount * described.item_sign) OVER (PARTITION BY described.company_id, described.entry_line_id) AS item_sum
  FROM described
  LEFT JOIN {{ ref('stg_entry_open_items') }} AS item
    ON item.company_id = described.company_id
    AND item.entry_line_id = described.entry_line_id
)
SELECT
  company_id,
  third_party_kind,
  third_party_id,
  third_party_code,
  third_party_name,
  item_kind,
  document_id,
  document_number,
  document_date,
  entry_id,
  entry_line_id,
  instalment,
  entry_date,
  COALESCE(due_date, entry_date) AS due_date,
  match_key,
  CAST(COALESCE(item_amount, 0) + CASE WHEN instalment = instalment_count THEN owed - COALESCE(item_sum, 0) ELSE 0 END AS {{ sage_active.type_of('money') }}) AS amount
FROM instalments
