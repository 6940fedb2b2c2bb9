"""The package as a zip file of parts (Open Packaging Conventions), read without trust and written fast."""
