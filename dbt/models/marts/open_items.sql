{# Written by `make models`.

One row for each open item of a customer or supplier that something is left of today. Documents come from their own
open items, which alone tell of every payment; what was entered without a document from the open items of its entry;
payments that are not allocated, prepayments and other lines from the ledger. No document comes twice. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals'])) }}
WITH documents AS (
  SELECT
    document.company_id,
    'CUSTOMER' AS third_party_kind,
    document.customer_id AS party_id,
    CASE
      WHEN document.document_type = 'PAYMENT_IN_ADVANCE'
      THEN 'advance'
      ELSE 'invoice'
    END AS item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.document_status,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount,
    item.paid
  FROM {{ ref('stg_invoice_open_items') }} AS item
  JOIN {{ ref('stg_invoices') }} AS document
    ON document.company_id = item.company_id AND document.document_id = item.document_id
  WHERE
    document.document_status <> 'Pending'
    AND NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
  UNION ALL
  SELECT
    document.company_id,
    'CUSTOMER' AS third_party_kind,
    document.customer_id AS party_id,
    'credit_note' AS item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.document_status,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount * CASE WHEN document.total_liquid < 0 THEN 1 ELSE -1 END AS amount,
    item.paid * CASE WHEN document.total_liquid < 0 THEN 1 ELSE -1 END AS paid
  FROM {{ ref('stg_credit_note_open_items') }} AS item
  JOIN {{ ref('stg_credit_notes') }} AS document
    ON document.company_id = item.company_id AND document.document_id = item.document_id
  WHERE
    document.document_status <> 'Pending'
    AND NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
  UNION ALL
  SELECT
    document.company_id,
    'SUPPLIER' AS third_party_kind,
    document.supplier_id AS party_id,
    'bill' AS item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.document_status,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount,
    item.paid
  FROM {{ ref('stg_bill_open_items') }} AS item
  JOIN {{ ref('stg_bills') }} AS document
    ON document.company_id = item.company_id AND document.document_id = item.document_id
  WHERE
    NOT document.document_status IN ('Pending', 'Uploading', 'SbdRejected', 'Refused')
    AND NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
), entered AS (
  SELECT
    item.company_id,
    item.third_party_kind,
    item.third_party_id,
    item.entry_line_id,
    item.document_number,
    item.document_date,
    CASE WHEN SUM(item.amount) < 0 THEN -1 ELSE 1 END * CASE WHEN MIN(line.invoice_amount) < 0 THEN -1 ELSE 1 END AS item_sign
  FROM {{ ref('third_party_items') }} AS item
  JOIN {{ ref('stg_entry_lines') }} AS line
    ON line.company_id = item.company_id AND line.entry_line_id = item.entry_line_id
  WHERE
    item.item_kind = 'entry'
  GROUP BY
    item.company_id,
    item.third_party_kind,
    item.third_party_id,
    item.entry_line_id,
    item.document_number,
    item.document_date
), items AS (
  SELECT
    company_id,
    third_party_kind,
    party_id AS third_party_id,
    item_kind,
    document_id,
    document_number,
    document_date,
    document_status IN ('Posted', 'PartiallyCollected', 'Collected', 'PartiallyPaid', 'Paid') AS is_posted,
    item_id,
    due_date,
    amount,
    paid
  FROM documents
  UNION ALL
  SELECT
    entered.company_id,
    entered.third_party_kind,
    entered.third_party_id,
    'entry' AS item_kind,
    CAST(NULL AS {{ sage_active.type_of('text') }}) AS document_id,
    entered.document_number,
    entered.document_date,
    TRUE AS is_posted,
    item.open_item_id AS item_id,
    item.due_date,
    item.amount * entered.item_sign AS amount,
    item.paid * entered.item_sign AS paid
  FROM {{ ref('stg_entry_open_items') }} AS item
  JOIN entered
    ON entered.company_id = item.company_id
    AND entered.entry_line_id = item.entry_line_id
  WHERE
    NOT COALESCE(item.item_status, '') IN ('COLLECTED', 'PAID')
  UNION ALL
  SELECT
    company_id,
    third_party_kind,
    third_party_id,
    item_kind,
    document_id,
    document_number,
    document_date,
    TRUE AS is_posted,
    entry_line_id AS item_id,
    due_date,
    amount,
    paid
  FROM (
    WITH known AS (
      SELECT
        third_party_items.*,
        CASE WHEN amount < 0 THEN -1 ELSE 1 END AS side,
        ABS(amount) AS size
      FROM {{ ref('third_party_items') }} AS third_party_items
      WHERE
        entry_date <= CURRENT_DATE AND amount <> 0
    ), counted AS (
      SELECT
        known.*,
        SUM(size) OVER (
          PARTITION BY company_id, third_party_kind, third_party_id, match_key, side
          ORDER BY due_date, entry_date, entry_line_id, instalment
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS size_so_far,
        SUM(CASE WHEN side = 1 THEN size ELSE 0 END) OVER (PARTITION BY company_id, third_party_kind, third_party_id, match_key) AS owed_size,
        SUM(CASE WHEN side = -1 THEN size ELSE 0 END) OVER (PARTITION BY company_id, third_party_kind, third_party_id, match_key) AS settling_size
      FROM known
    ), uncovered AS (
      SELECT
        counted.*,
        size_so_far - CASE WHEN side = 1 THEN settling_size ELSE owed_size END AS left_over
      FROM counted
    ), opened AS (
      SELECT
        uncovered.*,
        side * CASE WHEN left_over <= 0 THEN 0 WHEN left_over < size THEN left_over ELSE size END AS left_open
      FROM uncovered
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
      entry_line_id,
      instalment,
      due_date,
      amount,
      CAST(amount - left_open AS {{ sage_active.type_of('money') }}) AS paid,
      CAST(left_open AS {{ sage_active.type_of('money') }}) AS open_amount
    FROM opened
    WHERE
      left_open <> 0
  ) AS ledger_open_items
  WHERE
    item_kind IN ('prepayment', 'opening', 'payment', 'other')
)
SELECT
  company_id,
  third_party_kind,
  third_party_id,
  item_kind,
  document_id,
  document_number,
  document_date,
  is_posted,
  item_id,
  COALESCE(due_date, document_date) AS due_date,
  CAST(amount AS {{ sage_active.type_of('money') }}) AS amount,
  CAST(paid AS {{ sage_active.type_of('money') }}) AS paid,
  CAST(amount - paid AS {{ sage_active.type_of('money') }}) AS open_amount
FROM items
WHERE
  amount <> paid
