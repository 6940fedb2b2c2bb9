"""Documents whose ids are taken: what becomes of them, under which ids, and the references that follow."""
