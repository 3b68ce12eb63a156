"""The models over the streams as a dbt package: `dbt/` is written from the same source as the views."""
