"""Numbers in sentences."""


def counted(number: int, one: str, several: str) -> str:
    """`1 row` or `2 rows`: the number, with the words for exactly one or for any other number of things."""
    return f"{number} {one if number == 1 else several}"
