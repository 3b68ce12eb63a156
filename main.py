"""Runs the source from a checkout: `python main.py check --config ...`."""

from source_sage_active.run import run

if __name__ == "__main__":
    run()
