"""Writing submodels: whole, or a part of one, verified and with what is attached to it."""
