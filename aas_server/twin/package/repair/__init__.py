"""Documents of the field, mended so that they verify, with a line of report for each change."""
