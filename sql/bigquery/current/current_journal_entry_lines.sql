-- The rows of `journal_entry_lines` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_journal_entry_lines AS
SELECT
  raw.*
FROM journal_entry_lines AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'journal_entry_lines'
      AND present.company_id = raw.`company_id`
      AND present.id = raw.`id`
  );
