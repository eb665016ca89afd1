"""What the commands show: counters, tables, progress and logs."""
