-- The rows of `discount_groups` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_discount_groups AS
SELECT
  raw.*
FROM discount_groups AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'discount_groups'
      AND present.company_id = raw.`company_id`
      AND present.id = raw.`id`
  );
