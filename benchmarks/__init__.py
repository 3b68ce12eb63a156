"""How fast the connector is, against programs that do less: see `docs/speed.md`."""
