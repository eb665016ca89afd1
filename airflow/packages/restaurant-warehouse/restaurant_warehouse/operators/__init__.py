"""Airflow operators of the warehouse: checks, quality, rollups, anomalies, maintenance, alerts."""
