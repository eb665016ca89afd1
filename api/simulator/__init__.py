"""Restaurants that publish orders without pause, for whoever has no till to connect."""
