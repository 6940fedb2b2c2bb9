"""A server that turns what a factory's machines say into a data product, as Asset Administration Shells."""
