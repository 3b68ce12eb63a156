{# Written by `make models`.

One row for each line of an accounting entry, with the heading of the entry. The lines come from the list in the
entry: only that list is right after a line was deleted. #}
{{ config(enabled=sage_active.streams_are_read(['journal_entries'])) }}
SELECT
  {{ sage_active.raw('company_id') }} AS company_id,
  {{ sage_active.raw('id') }} AS entry_id,
  {{ sage_active.text_at(sage_active.element('line'), 'id') }} AS entry_line_id,
  {{ sage_active.whole_at(sage_active.element('line'), 'order') }} AS line_order,
  {{ sage_active.raw('number') }} AS entry_number,
  {{ sage_active.day_of(sage_active.raw('date')) }} AS entry_date,
  {{ sage_active.day_of(sage_active.raw('documentDate')) }} AS document_date,
  {{ sage_active.day_of(sage_active.raw('closeDate')) }} AS close_date,
  COALESCE({{ sage_active.text_at(sage_active.element('line'), 'documentNumber') }}, {{ sage_active.raw('documentNumber') }}) AS document_number,
  COALESCE({{ sage_active.text_at(sage_active.element('line'), 'description') }}, {{ sage_active.raw('description') }}) AS description,
  {{ sage_active.raw('description') }} AS entry_description,
  {{ sage_active.raw('journalTypeId') }} AS journal_id,
  {{ sage_active.raw('accountingExerciseId') }} AS fiscal_year_id,
  {{ sage_active.raw('accountingPeriodId') }} AS period_id,
  {{ sage_active.raw('entryType') }} AS entry_type,
  {{ sage_active.raw('sourceType') }} AS source_type,
  {{ sage_active.raw('isClosed') }} AS is_closed,
  {{ sage_active.raw('salesInvoiceId') }} AS sales_invoice_id,
  {{ sage_active.raw('sourceEntityId') }} AS source_entity_id,
  {{ sage_active.text_at(sage_active.element('line'), 'subAccountId') }} AS account_id,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'debitAmount') }}, 0) AS debit,
  COALESCE({{ sage_active.money_at(sage_active.element('line'), 'creditAmount') }}, 0) AS credit,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryThirdParty.thirdPartyId') }} AS third_party_id,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryThirdParty.code') }} AS third_party_code,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryThirdParty.socialName') }} AS third_party_name,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryThirdParty.origin') }} AS third_party_kind,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryPayment.matching') }} AS matching,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryPayment.matchingLetter') }} AS matching_letter,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryPayment.matchId') }} AS match_id,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryInvoice.id') }} AS entry_invoice_id,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryInvoice.externalInvoiceNumber') }} AS invoice_number,
  {{ sage_active.money_at(sage_active.element('line'), 'accountingEntryInvoice.amount') }} AS invoice_amount,
  {{ sage_active.day_at(sage_active.element('line'), 'accountingEntryInvoice.documentDate') }} AS invoice_date,
  {{ sage_active.day_at(sage_active.element('line'), 'accountingEntryInvoice.operationDate') }} AS operation_date,
  COALESCE({{ sage_active.flag_at(sage_active.element('line'), 'accountingEntryInvoice.isCashVat') }}, FALSE) AS is_cash_vat,
  {{ sage_active.text_at(sage_active.element('line'), 'accountingEntryInvoice.creditNoteType') }} AS credit_note_type
FROM {{ source('sage_active', 'journal_entries') }} AS raw
{{ sage_active.join_each(sage_active.raw('accountingEntryLines'), 'line') }}
