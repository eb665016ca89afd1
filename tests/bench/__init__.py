"""`./stack bench`: how fast everything is on this machine, in ratios that another machine can be compared by.

A suite yields rows; a row holds figures, each the median of several measurements with its extremes. Whatever is
measured here is compared with something measured in the same run: above all with *the limit*, the bare binary COPY of
the same events into the same tables with primary keys only.
"""
