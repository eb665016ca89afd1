"""The functions of the raw tables, one file each. `{schema}` and `{audit_log}` are placeholders for names."""
