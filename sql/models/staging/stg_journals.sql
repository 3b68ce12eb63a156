-- One row for each journal.
SELECT
  raw.company_id AS company_id,
  raw.id AS journal_id,
  raw.code AS journal_code,
  raw.name AS journal_name,
  raw.type AS journal_type,
  raw.isCreditNote AS is_credit_note_journal
FROM journals AS raw
