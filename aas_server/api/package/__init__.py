"""AASX packages and environment files over HTTP: kept, sent in, made, checked."""
