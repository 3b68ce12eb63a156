-- One row for each line of the server's profit and loss of a fiscal year.
CREATE OR REPLACE VIEW stg_profit_and_loss AS
SELECT
  raw."company_id" AS company_id,
  raw."exerciseId" AS fiscal_year_id,
  raw."code" AS line_code,
  raw."description" AS line_description,
  raw."lineType" AS line_type,
  raw."order" AS line_position,
  CAST(raw."amountTotal" AS DECIMAL(38, 6)) AS amount
FROM profit_and_loss AS raw;
