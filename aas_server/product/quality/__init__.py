"""Quality of a release beside the line: its figures and rows as step 6 left them, and the report for people."""
