"""What brings a database to the files of `sql/`: bootstrap, migrations, repeatables, restaurants."""
