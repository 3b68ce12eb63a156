-- One row for each item.
CREATE OR REPLACE VIEW stg_items AS
SELECT
  raw."COMPANY_ID" AS company_id,
  raw."ID" AS item_id,
  raw."CODE" AS item_code,
  raw."NAME" AS item_name,
  raw."CATEGORY" AS item_category
FROM items AS raw;
