"""The registries and discovery over HTTP (IDTA-01002)."""
