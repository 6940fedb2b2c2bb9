"""The registries and discovery: descriptors of what is stored here, and what others registered beside it."""
