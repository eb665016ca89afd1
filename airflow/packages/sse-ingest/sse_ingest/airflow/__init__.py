"""The Airflow provider: only this package imports Airflow."""
