-- One row for each item.
CREATE OR REPLACE VIEW stg_items AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS item_id,
  raw."code" AS item_code,
  raw."name" AS item_name,
  raw."category" AS item_category
FROM items AS raw;
