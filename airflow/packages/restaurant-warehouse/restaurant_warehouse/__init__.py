"""The restaurant's part of the warehouse: event types, their tables, quality rules, anomalies and Airflow operators."""
