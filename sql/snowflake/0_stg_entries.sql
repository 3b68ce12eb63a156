-- One row for each accounting entry, without its lines.
CREATE OR REPLACE VIEW stg_entries AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS entry_id,
  raw."ACCOUNTINGEXERCISEID" AS fiscal_year_id,
  raw."ENTRYTYPE" AS entry_type
FROM journal_entries AS raw;
