"""Taking in what is brought: bodies of HTTP requests, files, pictures. All becomes messages in the journal."""
