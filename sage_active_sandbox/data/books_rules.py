"""The bookkeeping rules of all markets."""

from sage_active_sandbox.data.books_de import GERMAN_BOOKS
from sage_active_sandbox.data.books_es import SPANISH_BOOKS
from sage_active_sandbox.data.books_fr import FRENCH_BOOKS

BOOKS = {"DE": GERMAN_BOOKS, "ES": SPANISH_BOOKS, "FR": FRENCH_BOOKS}
