"""What is in our collection.

cards.py       cards: made, changed in place, archived
dashboards.py  dashboards: one per folder
bodies.py      a card as Metabase takes it
layout.py      where the cards of a dashboard stand
marks.py       what we wrote last, so that edits by others are noticed
"""
