"""Restaurants that publish orders without pause, for users who have no till to connect."""
