-- The rows of `sales_orders` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_sales_orders AS
SELECT
  raw.*
FROM sales_orders AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'sales_orders'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );
