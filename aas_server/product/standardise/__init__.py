"""Step 2's standardising: what the fields of a product mean, how well that is settled, and its sheets."""
