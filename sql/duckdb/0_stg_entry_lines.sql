-- One row for each line of an accounting entry, with the heading of the entry. The lines come from the list in the
-- entry: only that list is right after a line was deleted.
CREATE OR REPLACE VIEW stg_entry_lines AS
SELECT
  raw."company_id" AS company_id,
  raw."id" AS entry_id,
  raw.line."id" AS entry_line_id,
  CAST((
    raw.line."order"
  ) AS BIGINT) AS line_order,
  raw."number" AS entry_number,
  CASE
    WHEN CAST(TYPEOF(raw."date") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."date" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."date" AS TEXT), 1, 10) AS DATE)
  END AS entry_date,
  CASE
    WHEN CAST(TYPEOF(raw."documentDate") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."documentDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."documentDate" AS TEXT), 1, 10) AS DATE)
  END AS document_date,
  CASE
    WHEN CAST(TYPEOF(raw."closeDate") AS TEXT) = 'TIMESTAMP WITH TIME ZONE'
    THEN CAST(CAST(raw."closeDate" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    ELSE CAST(SUBSTRING(CAST(raw."closeDate" AS TEXT), 1, 10) AS DATE)
  END AS close_date,
  COALESCE(raw.line."documentNumber", raw."documentNumber") AS document_number,
  COALESCE(raw.line."description", raw."description") AS description,
  raw."description" AS entry_description,
  raw."journalTypeId" AS journal_id,
  raw."accountingExerciseId" AS fiscal_year_id,
  raw."accountingPeriodId" AS period_id,
  raw."entryType" AS entry_type,
  raw."sourceType" AS source_type,
  raw."isClosed" AS is_closed,
  raw."salesInvoiceId" AS sales_invoice_id,
  raw."sourceEntityId" AS source_entity_id,
  raw.line."subAccountId" AS account_id,
  COALESCE(CAST((
    raw.line."debitAmount"
  ) AS DECIMAL(38, 6)), 0) AS debit,
  COALESCE(CAST((
    raw.line."creditAmount"
  ) AS DECIMAL(38, 6)), 0) AS credit,
  raw.line."accountingEntryThirdParty"."thirdPartyId" AS third_party_id,
  raw.line."accountingEntryThirdParty"."code" AS third_party_code,
  raw.line."accountingEntryThirdParty"."socialName" AS third_party_name,
  raw.line."accountingEntryThirdParty"."origin" AS third_party_kind,
  raw.line."accountingEntryPayment"."matching" AS matching,
  raw.line."accountingEntryPayment"."matchingLetter" AS matching_letter,
  raw.line."accountingEntryPayment"."matchId" AS match_id,
  raw.line."accountingEntryInvoice"."id" AS entry_invoice_id,
  raw.line."accountingEntryInvoice"."externalInvoiceNumber" AS invoice_number,
  CAST((
    raw.line."accountingEntryInvoice"."amount"
  ) AS DECIMAL(38, 6)) AS invoice_amount,
  CAST(SUBSTRING(raw.line."accountingEntryInvoice"."documentDate", 1, 10) AS DATE) AS invoice_date,
  CAST(SUBSTRING(raw.line."accountingEntryInvoice"."operationDate", 1, 10) AS DATE) AS operation_date,
  COALESCE(CAST((
    raw.line."accountingEntryInvoice"."isCashVat"
  ) AS BOOLEAN), FALSE) AS is_cash_vat,
  raw.line."accountingEntryInvoice"."creditNoteType" AS credit_note_type
FROM (
  SELECT
    raw."company_id",
    raw."id",
    raw."number",
    raw."description",
    raw."journalTypeId",
    raw."accountingExerciseId",
    raw."accountingPeriodId",
    raw."entryType",
    raw."sourceType",
    raw."isClosed",
    raw."salesInvoiceId",
    raw."sourceEntityId",
    raw."date",
    raw."documentDate",
    raw."closeDate",
    raw."documentNumber",
    UNNEST(
      JSON_TRANSFORM(
        raw."accountingEntryLines",
        '[{"id": "VARCHAR", "order": "VARCHAR", "subAccountId": "VARCHAR", "accountingEntryThirdParty": {"thirdPartyId": "VARCHAR", "code": "VARCHAR", "socialName": "VARCHAR", "origin": "VARCHAR"}, "accountingEntryPayment": {"matching": "VARCHAR", "matchingLetter": "VARCHAR", "matchId": "VARCHAR"}, "accountingEntryInvoice": {"id": "VARCHAR", "externalInvoiceNumber": "VARCHAR", "amount": "VARCHAR", "documentDate": "VARCHAR", "operationDate": "VARCHAR", "creditNoteType": "VARCHAR", "isCashVat": "VARCHAR"}, "documentNumber": "VARCHAR", "description": "VARCHAR", "debitAmount": "VARCHAR", "creditAmount": "VARCHAR"}]'
      )
    ) AS line
  FROM journal_entries AS raw
) AS raw;
