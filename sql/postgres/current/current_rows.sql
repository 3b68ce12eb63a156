-- One view for each stream with ids and dates. Leave out those of streams that you do not read.

-- The rows of `customers` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_customers AS
SELECT
  raw.*
FROM customers AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'customers'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `suppliers` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_suppliers AS
SELECT
  raw.*
FROM suppliers AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'suppliers'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `items` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_items AS
SELECT
  raw.*
FROM items AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'items'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `employees` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_employees AS
SELECT
  raw.*
FROM employees AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'employees'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `invoices` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_invoices AS
SELECT
  raw.*
FROM invoices AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'invoices'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `credit_notes` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_credit_notes AS
SELECT
  raw.*
FROM credit_notes AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'credit_notes'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `invoice_lines` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_invoice_lines AS
SELECT
  raw.*
FROM invoice_lines AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'invoice_lines'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `invoice_open_items` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_invoice_open_items AS
SELECT
  raw.*
FROM invoice_open_items AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'invoice_open_items'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

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

-- The rows of `sales_order_lines` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_sales_order_lines AS
SELECT
  raw.*
FROM sales_order_lines AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'sales_order_lines'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `quotes` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_quotes AS
SELECT
  raw.*
FROM quotes AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'quotes'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `delivery_notes` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_delivery_notes AS
SELECT
  raw.*
FROM delivery_notes AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'delivery_notes'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `document_links` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_document_links AS
SELECT
  raw.*
FROM document_links AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'document_links'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `price_lists` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_price_lists AS
SELECT
  raw.*
FROM price_lists AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'price_lists'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `discount_groups` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_discount_groups AS
SELECT
  raw.*
FROM discount_groups AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'discount_groups'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `bills` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_bills AS
SELECT
  raw.*
FROM bills AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'bills'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `bill_open_items` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_bill_open_items AS
SELECT
  raw.*
FROM bill_open_items AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'bill_open_items'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `accounts` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_accounts AS
SELECT
  raw.*
FROM accounts AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'accounts'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `journals` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_journals AS
SELECT
  raw.*
FROM journals AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'journals'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `fiscal_years` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_fiscal_years AS
SELECT
  raw.*
FROM fiscal_years AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'fiscal_years'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `journal_entries` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_journal_entries AS
SELECT
  raw.*
FROM journal_entries AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'journal_entries'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `journal_entry_lines` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_journal_entry_lines AS
SELECT
  raw.*
FROM journal_entry_lines AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'journal_entry_lines'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `journal_entry_dimensions` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_journal_entry_dimensions AS
SELECT
  raw.*
FROM journal_entry_dimensions AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'journal_entry_dimensions'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `entry_sessions` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_entry_sessions AS
SELECT
  raw.*
FROM entry_sessions AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'entry_sessions'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `transaction_categories` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_transaction_categories AS
SELECT
  raw.*
FROM transaction_categories AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'transaction_categories'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `bank_transactions` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_bank_transactions AS
SELECT
  raw.*
FROM bank_transactions AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'bank_transactions'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `tax_rates` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_tax_rates AS
SELECT
  raw.*
FROM tax_rates AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'tax_rates'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `tax_groups` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_tax_groups AS
SELECT
  raw.*
FROM tax_groups AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'tax_groups'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `tax_treatments` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_tax_treatments AS
SELECT
  raw.*
FROM tax_treatments AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'tax_treatments'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `payment_terms` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_payment_terms AS
SELECT
  raw.*
FROM payment_terms AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'payment_terms'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `payment_means` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_payment_means AS
SELECT
  raw.*
FROM payment_means AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'payment_means'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `payment_methods` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_payment_methods AS
SELECT
  raw.*
FROM payment_methods AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'payment_methods'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

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
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `job_areas` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_job_areas AS
SELECT
  raw.*
FROM job_areas AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'job_areas'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `document_types` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_document_types AS
SELECT
  raw.*
FROM document_types AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'document_types'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `invoice_types` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_invoice_types AS
SELECT
  raw.*
FROM invoice_types AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'invoice_types'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `number_series` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_number_series AS
SELECT
  raw.*
FROM number_series AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'number_series'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `currencies` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_currencies AS
SELECT
  raw.*
FROM currencies AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'currencies'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `countries` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_countries AS
SELECT
  raw.*
FROM countries AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'countries'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `company_details` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_company_details AS
SELECT
  raw.*
FROM company_details AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'company_details'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );

-- The rows of `files` that were still there when `record_ids` was read. Newer rows are
-- missing until it is read again, and all of them if `record_ids_of` leaves the stream out.
CREATE OR REPLACE VIEW current_files AS
SELECT
  raw.*
FROM files AS raw
WHERE
  EXISTS(
    SELECT
      1
    FROM record_ids AS present
    WHERE
      present.object = 'files'
      AND present.company_id = raw."company_id"
      AND present.id = raw."id"
  );
