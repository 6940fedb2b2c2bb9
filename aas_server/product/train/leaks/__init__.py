"""Where the test part may flatter the model: rows on both sides, the label in a column, the future in a feature.

What is found is told with its count and columns, never taken away: the recipe leaves it out
(``modelling.leave_out``), or says that it is known before the outcome (``modelling.known_before``).
"""

from aas_server.product.train.leaks.finding import find

__all__ = ["find"]
