"""Takes a Server-Sent Events stream into PostgreSQL, each event exactly once. Knows nothing of Airflow."""
