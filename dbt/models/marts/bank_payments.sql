{# Written by `make models`.

One row for each part of a payment that settles an instalment of a document: bank and cash entries, paired with the
invoices, credit notes and bills that they are matched with, the earliest due date first. The API states no payment
dates; this is the day of the entry. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'bills', 'credit_notes', 'fiscal_years', 'invoices', 'journal_entries', 'journals'])) }}
WITH sides AS (
  SELECT
    item.*,
    CASE WHEN amount < 0 THEN -1 ELSE 1 END AS side,
    SUM(ABS(amount)) OVER (
      PARTITION BY company_id, third_party_kind, third_party_id, match_key, CASE WHEN amount < 0 THEN -1 ELSE 1 END
      ORDER BY due_date, entry_date, entry_line_id, instalment
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS upper_end
  FROM {{ ref('third_party_items') }} AS item
  WHERE
    amount <> 0
), spans AS (
  SELECT
    sides.*,
    upper_end - ABS(amount) AS lower_end
  FROM sides
), pairs AS (
  SELECT
    document.company_id,
    document.third_party_kind,
    document.third_party_id,
    document.third_party_code,
    document.third_party_name,
    payment.entry_line_id AS payment_line_id,
    payment.entry_date AS payment_date,
    document.item_kind,
    document.document_id,
    document.document_number,
    document.document_date,
    document.entry_line_id,
    document.instalment,
    document.due_date,
    document.side,
    CASE
      WHEN document.upper_end < payment.upper_end
      THEN document.upper_end
      ELSE payment.upper_end
    END - CASE
      WHEN document.lower_end > payment.lower_end
      THEN document.lower_end
      ELSE payment.lower_end
    END AS overlap
  FROM spans AS document
  JOIN spans AS payment
    ON payment.company_id = document.company_id
    AND payment.third_party_kind = document.third_party_kind
    AND payment.third_party_id = document.third_party_id
    AND payment.match_key = document.match_key
    AND payment.side <> document.side
  WHERE
    payment.item_kind = 'payment'
    AND document.item_kind IN ('invoice', 'advance', 'credit_note', 'bill', 'entry')
)
SELECT
  company_id,
  third_party_kind,
  third_party_id,
  third_party_code,
  third_party_name,
  payment_line_id,
  payment_date,
  item_kind,
  document_id,
  document_number,
  document_date,
  entry_line_id,
  instalment,
  due_date,
  CAST(overlap * side AS {{ sage_active.type_of('money') }}) AS amount,
  CAST({{ sage_active.days_between('document_date', 'payment_date') }} AS {{ sage_active.type_of('whole') }}) AS days_to_pay,
  CAST({{ sage_active.days_between('due_date', 'payment_date') }} AS {{ sage_active.type_of('whole') }}) AS days_late
FROM pairs
WHERE
  overlap > 0
