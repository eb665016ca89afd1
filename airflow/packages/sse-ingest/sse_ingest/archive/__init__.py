"""Old months of raw events in verified Parquet files."""
