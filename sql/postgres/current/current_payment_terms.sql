-- The rows of `payment_terms` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_payment_terms AS
SELECT
  raw.*
FROM payment_terms AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'payment_terms'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );
