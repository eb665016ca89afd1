"""Writes a Server-Sent Events stream into PostgreSQL, each event exactly once. Only `airflow/` imports Airflow."""
