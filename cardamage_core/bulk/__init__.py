"""Assessment of any number of photos, from a list into Parquet."""
