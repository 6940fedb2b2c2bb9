"""Submodels and their elements over HTTP (IDTA-01002): the repository, one submodel, elements, Operations."""
