-- The rows of `business_areas` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_business_areas AS
SELECT
  raw.*
FROM business_areas AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'business_areas'
      AND present.company_id = raw."COMPANY_ID"
      AND present.id = raw."ID"
  );
