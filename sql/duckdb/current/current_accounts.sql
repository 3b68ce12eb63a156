-- The rows of `accounts` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_accounts AS
SELECT
  raw.*
FROM accounts AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'accounts'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );
