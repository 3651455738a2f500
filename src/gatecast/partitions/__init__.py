"""Data larger than one memory: folders of files, and tables of Dask and Spark."""
