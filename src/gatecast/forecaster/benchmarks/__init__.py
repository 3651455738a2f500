"""The benchmarks that the networks' forecast is combined with, and the combination."""
