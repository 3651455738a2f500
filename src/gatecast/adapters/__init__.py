"""Floor 4: gatecast behind the interfaces of sktime and scikit-learn, imported on demand."""
