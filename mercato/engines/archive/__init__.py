"""Archives: WARC, Parquet and JSON Lines become rows of claims, the same ones from every engine."""
