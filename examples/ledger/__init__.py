"""A page of tables and charts made of the models over the streams."""
