-- The rows of `bill_open_items` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_bill_open_items AS
SELECT
  raw.*
FROM bill_open_items AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'bill_open_items'
      AND present.company_id = raw."COMPANY_ID"
      AND present.id = raw."ID"
  );
