-- Rows come by COPY, without a statement that could tell the time. (Not clock_timestamp(): for a volatile default COPY
-- would insert row by row.) Writers of before name the column, and go on.

ALTER TABLE raw_data.events_raw ALTER COLUMN ingested_at SET DEFAULT statement_timestamp();
