"""Numbers in sentences."""


def counted(number: int, one: str, several: str) -> str:
    """`1 row` or `1,200 rows`: the number, with the word for exactly one or for any other number of things."""
    return f"{number:,} {one if number == 1 else several}"
