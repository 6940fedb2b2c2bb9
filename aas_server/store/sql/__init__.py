"""The store in SQL, for any engine that ``engine.Database`` describes. No engine's own words stand here."""
