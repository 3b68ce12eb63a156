-- The rows of `payment_means` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_payment_means AS
SELECT
  raw.*
FROM payment_means AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'payment_means'
      AND present.company_id = raw."COMPANY_ID"
      AND present.id = raw."ID"
  );
