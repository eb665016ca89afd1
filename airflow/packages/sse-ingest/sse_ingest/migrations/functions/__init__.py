"""The functions of the raw tables, one file each. `{schema}` and `{audit_log}` stand for names of the warehouse."""
