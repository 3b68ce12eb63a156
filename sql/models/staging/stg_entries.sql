-- One row for each accounting entry, without its lines.
SELECT
  raw.company_id AS company_id,
  raw.id AS entry_id,
  raw.accountingExerciseId AS fiscal_year_id,
  raw.entryType AS entry_type
FROM journal_entries AS raw
