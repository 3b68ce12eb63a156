-- One row for each line of an accounting entry, with the heading of the entry. The lines come from the list in the
-- entry: only that list is right after a line was deleted.
CREATE OR REPLACE VIEW stg_entry_lines AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS entry_id,
  line.item ->> '$.id' AS entry_line_id,
  CAST((
    line.item ->> '$.order'
  ) AS BIGINT) AS line_order,
  raw."number" AS entry_number,
  CASE
    WHEN SUBSTRING(CAST(raw."date" AS TEXT), 11, 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."date" AS TEXT), 1, 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."date" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS entry_date,
  CASE
    WHEN SUBSTRING(CAST(raw."documentDate" AS TEXT), 11, 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."documentDate" AS TEXT), 1, 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."documentDate" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS document_date,
  CASE
    WHEN SUBSTRING(CAST(raw."closeDate" AS TEXT), 11, 1) = 'T'
    THEN CAST(SUBSTRING(CAST(raw."closeDate" AS TEXT), 1, 10) AS DATE)
    ELSE CAST(CAST(CAST(raw."closeDate" AS TEXT) AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
  END AS close_date,
  COALESCE(line.item ->> '$.documentNumber', raw."documentNumber") AS document_number,
  COALESCE(line.item ->> '$.description', raw."description") AS description,
  raw."description" AS entry_description,
  raw."journalTypeId" AS journal_id,
  raw."accountingExerciseId" AS fiscal_year_id,
  raw."accountingPeriodId" AS period_id,
  raw."entryType" AS entry_type,
  raw."sourceType" AS source_type,
  raw."isClosed" AS is_closed,
  raw."salesInvoiceId" AS sales_invoice_id,
  raw."sourceEntityId" AS source_entity_id,
  line.item ->> '$.subAccountId' AS account_id,
  COALESCE(CAST((
    line.item ->> '$.debitAmount'
  ) AS DECIMAL(38, 6)), 0) AS debit,
  COALESCE(CAST((
    line.item ->> '$.creditAmount'
  ) AS DECIMAL(38, 6)), 0) AS credit,
  line.item ->> '$.accountingEntryThirdParty.thirdPartyId' AS third_party_id,
  line.item ->> '$.accountingEntryThirdParty.code' AS third_party_code,
  line.item ->> '$.accountingEntryThirdParty.socialName' AS third_party_name,
  line.item ->> '$.accountingEntryThirdParty.origin' AS third_party_kind,
  line.item ->> '$.accountingEntryPayment.matching' AS matching,
  line.item ->> '$.accountingEntryPayment.matchingLetter' AS matching_letter,
  line.item ->> '$.accountingEntryPayment.matchId' AS match_id,
  line.item ->> '$.accountingEntryInvoice.id' AS entry_invoice_id,
  line.item ->> '$.accountingEntryInvoice.externalInvoiceNumber' AS invoice_number,
  CAST((
    line.item ->> '$.accountingEntryInvoice.amount'
  ) AS DECIMAL(38, 6)) AS invoice_amount,
  CAST(SUBSTRING(line.item ->> '$.accountingEntryInvoice.documentDate', 1, 10) AS DATE) AS invoice_date,
  CAST(SUBSTRING(line.item ->> '$.accountingEntryInvoice.operationDate', 1, 10) AS DATE) AS operation_date,
  COALESCE(CAST((
    line.item ->> '$.accountingEntryInvoice.isCashVat'
  ) AS BOOLEAN), FALSE) AS is_cash_vat,
  line.item ->> '$.accountingEntryInvoice.creditNoteType' AS credit_note_type
FROM journal_entries AS raw
CROSS JOIN UNNEST(CAST(raw."accountingEntryLines" AS JSON[])) AS line(item);
