"""The core under Airflow: the only room that imports it."""
