"""Metabase as code: `./stack metabase` brings a Metabase to what sql/dashboards defines.

command.py      the command; __main__.py the same for the one-shot service of Compose
settings.py     addresses, logins and options
client.py       requests to Metabase, and its answers as typed errors
provision.py    all steps in their order
access.py       health, version, first administrator, login
database.py     the warehouse as a database of Metabase, and the ids of its columns
people.py       the group of viewers, its rights, and one viewer
content/        cards and dashboards
report.py       what was done
"""
