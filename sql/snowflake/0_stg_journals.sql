-- One row for each journal.
CREATE OR REPLACE VIEW stg_journals AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS journal_id,
  raw."CODE" AS journal_code,
  raw."NAME" AS journal_name,
  raw."TYPE" AS journal_type,
  raw."ISCREDITNOTE" AS is_credit_note_journal
FROM journals AS raw;
