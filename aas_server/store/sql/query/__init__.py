"""Conditions of the query language as SQL, one statement for a page, in what SQLite and PostgreSQL share."""
