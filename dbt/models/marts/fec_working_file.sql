{# Written by `make models`.

One row for each ledger line of a French company under the general tax regime, in the columns of a fichier des
écritures comptables. It is a working file: the statutory one comes from Sage Active. Openings stand first, closing
entries are left out, entries are numbered without gaps within their journal. While an entry of the fiscal year is open
or the year is opened provisionally, the file is provisional. The day of a match is that of its last entry, never a
modification date. #}
{{ config(enabled=sage_active.streams_are_read(['accounting_setup', 'accounts', 'fiscal_years', 'journal_entries', 'journals'])) }}
WITH lines AS (
  SELECT
    ledger.*,
    CASE WHEN ledger.entry_role = 'movement' THEN 1 ELSE 0 END AS after_opening
  FROM {{ ref('general_ledger') }} AS ledger
  JOIN {{ ref('fiscal_year_openings') }} AS opened
    ON opened.company_id = ledger.company_id
    AND opened.fiscal_year_id = ledger.fiscal_year_id
  JOIN {{ ref('stg_accounting_setup') }} AS setup
    ON setup.company_id = ledger.company_id
  WHERE
    setup.tax_regime = 'GENERAL'
    AND (
      ledger.entry_role = 'movement' OR ledger.entry_role = opened.opening_source
    )
), matches AS (
  SELECT
    company_id,
    match_id,
    MAX(entry_date) AS matched_on
  FROM {{ ref('stg_entry_lines') }} AS stg_entry_lines
  WHERE
    matching = 'FULL_MATCH' AND NOT match_id IS NULL
  GROUP BY
    company_id,
    match_id
)
SELECT
  lines.company_id,
  lines.fiscal_year_id,
  lines.fiscal_year,
  CAST(ROW_NUMBER() OVER (
    PARTITION BY lines.company_id, lines.fiscal_year_id
    ORDER BY lines.after_opening, lines.entry_date, lines.entry_number, lines.entry_id, lines.line_order, lines.entry_line_id
  ) AS {{ sage_active.type_of('whole') }}) AS line_position,
  MAX(
    CASE
      WHEN lines.is_closed AND lines.entry_role <> 'provisional_opening'
      THEN 0
      ELSE 1
    END
  ) OVER (PARTITION BY lines.company_id, lines.fiscal_year_id) = 1 AS is_provisional,
  lines.journal_code,
  lines.journal_name AS journal_lib,
  CAST(DENSE_RANK() OVER (
    PARTITION BY lines.company_id, lines.fiscal_year_id, lines.journal_code
    ORDER BY lines.after_opening, lines.entry_date, lines.entry_number, lines.entry_id
  ) AS {{ sage_active.type_of('whole') }}) AS ecriture_num,
  lines.entry_date AS ecriture_date,
  lines.account_code AS compte_num,
  lines.account_name AS compte_lib,
  lines.third_party_code AS comp_aux_num,
  lines.third_party_name AS comp_aux_lib,
  COALESCE(lines.document_number, CAST(lines.entry_number AS {{ sage_active.type_of('text') }})) AS piece_ref,
  COALESCE(lines.document_date, lines.entry_date) AS piece_date,
  lines.description AS ecriture_lib,
  lines.debit,
  lines.credit,
  CASE WHEN NOT matches.match_id IS NULL THEN lines.matching_letter END AS ecriture_let,
  matches.matched_on AS date_let,
  CASE WHEN lines.is_closed THEN lines.close_date END AS valid_date,
  CAST(NULL AS {{ sage_active.type_of('money') }}) AS montant_devise,
  CAST(NULL AS {{ sage_active.type_of('text') }}) AS idevise
FROM lines
LEFT JOIN matches
  ON matches.company_id = lines.company_id
  AND matches.match_id = lines.match_id
  AND lines.matching = 'FULL_MATCH'
