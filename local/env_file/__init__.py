"""What a `.env` may say. Plain Python without packages: init_data_dir.py runs before anything is installed."""
