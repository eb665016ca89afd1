"""`./stack bench`: how fast everything is on this machine, in ratios that can be compared with another machine.

A suite yields rows. A row holds figures: the median of several measurements, with its extremes. Every measurement is
compared with another one of the same run, above all with *the limit*: the bare binary COPY of the same events into
tables with primary keys only.
"""
