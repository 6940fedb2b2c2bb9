"""Asset Administration Shells over HTTP (IDTA-01002): the repository, one shell, and what is served alone."""
