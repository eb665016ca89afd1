"""The rules of data quality: their files, and one run over what arrived."""
