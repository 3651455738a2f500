"""Data larger than one memory: folders of files, and tables of Dask, Ray and Spark."""
