"""The rows to learn from and to be judged by."""


def rows():
    """Returns pairs of what is known and what is to be predicted."""
    return [(x, 2.0 * x + 1.0 + (0.1 if x % 2 else -0.1)) for x in range(20)]


def split():
    """Returns the rows to learn from, and every fifth one kept apart."""
    known = rows()
    return [r for i, r in enumerate(known) if i % 5], [r for i, r in enumerate(known) if i % 5 == 0]
