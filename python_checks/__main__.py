"""Entry point of `python -m python_checks`."""

from python_checks.cli import app

if __name__ == "__main__":
    app(prog_name="python -m python_checks")
