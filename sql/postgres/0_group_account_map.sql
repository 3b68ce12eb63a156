-- A table that you may fill: one row for each class of your own, such as the accounts of a group of companies. It is
-- created empty, and keeps its rows when the models are loaded again. The longest prefix that fits an account decides;
-- of several equally long ones a row for its company, then one for its chart.
CREATE TABLE IF NOT EXISTS group_account_map (
  company_id TEXT,
  chart TEXT,
  account_prefix TEXT,
  account_class TEXT
);
