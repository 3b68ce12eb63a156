{# Written by `make models`.

One row for each fiscal year, with where its opening balances come from. #}
{{ config(enabled=sage_active.streams_are_read(['fiscal_years', 'journal_entries'])) }}
WITH sources AS (
  SELECT
    fiscal_year.company_id,
    fiscal_year.fiscal_year_id,
    fiscal_year.fiscal_year,
    fiscal_year.year_start,
    fiscal_year.year_end,
    fiscal_year.year_status,
    MAX(CASE WHEN entry.entry_type = 'OPENING' THEN 1 ELSE 0 END) AS has_opening,
    MAX(CASE WHEN entry.entry_type = 'TEMPORARY_CARRY_FORWARD' THEN 1 ELSE 0 END) AS has_provisional,
    COUNT(entry.entry_id) AS entry_count
  FROM {{ ref('stg_fiscal_years') }} AS fiscal_year
  LEFT JOIN {{ ref('stg_entries') }} AS entry
    ON entry.company_id = fiscal_year.company_id
    AND entry.fiscal_year_id = fiscal_year.fiscal_year_id
  GROUP BY
    fiscal_year.company_id,
    fiscal_year.fiscal_year_id,
    fiscal_year.fiscal_year,
    fiscal_year.year_start,
    fiscal_year.year_end,
    fiscal_year.year_status
), counted AS (
  SELECT
    sources.*,
    COALESCE(
      SUM(entry_count) OVER (
        PARTITION BY company_id
        ORDER BY year_start
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ),
      0
    ) AS earlier_count
  FROM sources
)
SELECT
  company_id,
  fiscal_year_id,
  fiscal_year,
  year_start,
  year_end,
  year_status,
  CASE
    WHEN has_opening = 1
    THEN 'opening'
    WHEN has_provisional = 1
    THEN 'provisional_opening'
    WHEN earlier_count > 0
    THEN 'computed'
    ELSE 'none'
  END AS opening_source,
  earlier_count > 0 AS has_earlier_entries,
  MAX(CASE WHEN has_opening + has_provisional > 0 THEN year_start END) OVER (
    PARTITION BY company_id
    ORDER BY year_start
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS counted_from
FROM counted
