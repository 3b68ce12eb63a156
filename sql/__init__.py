"""Models over the streams: one source in SQL, generated for four warehouses."""
