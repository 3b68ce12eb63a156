{# Written by `make models`.

One row for what comes nearest to a credit of a supplier, of which the API has no entity: electronic credit notes
(France), entries in a journal for credit notes or with a kind of credit note (Spain), and bills with a negative total. #}
{{ config(enabled=sage_active.streams_are_read(['bills', 'journal_entries', 'journals'])) }}
SELECT
  company_id,
  CASE WHEN is_e_invoice_credit_note THEN 'e_invoice' ELSE 'negative_bill' END AS origin,
  document_id,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS entry_line_id,
  document_number,
  document_date,
  supplier_id,
  CAST(ABS(total_liquid) AS {{ sage_active.type_of('money') }}) AS total
FROM {{ ref('stg_bills') }} AS stg_bills
WHERE
  is_e_invoice_credit_note OR total_liquid < 0
UNION ALL
SELECT
  line.company_id,
  'entry' AS origin,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS document_id,
  line.entry_line_id,
  COALESCE(line.invoice_number, line.document_number) AS document_number,
  COALESCE(line.invoice_date, line.document_date) AS document_date,
  line.third_party_id AS supplier_id,
  CAST(line.debit - line.credit AS {{ sage_active.type_of('money') }}) AS total
FROM {{ ref('stg_entry_lines') }} AS line
LEFT JOIN {{ ref('stg_journals') }} AS journal
  ON journal.company_id = line.company_id AND journal.journal_id = line.journal_id
LEFT JOIN {{ ref('stg_bills') }} AS bill
  ON bill.company_id = line.company_id AND bill.document_id = line.source_entity_id
WHERE
  line.third_party_kind = 'SUPPLIER'
  AND NOT line.entry_invoice_id IS NULL
  AND bill.document_id IS NULL
  AND (
    journal.is_credit_note_journal
    OR line.credit_note_type IN ('BY_DIFFERENCES', 'SUBSTITUTIVE')
  )
