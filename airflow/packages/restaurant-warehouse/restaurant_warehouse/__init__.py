"""The restaurant on top of sse_ingest: event types, their tables, quality rules, anomalies and Airflow operators."""
