"""The service over HTTP: the application, its server, and what every route needs."""
