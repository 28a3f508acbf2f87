"""The run around dbt: `python -m python_checks run` builds, judges and publishes the warehouse."""
