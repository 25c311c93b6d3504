"""The machine the engine runs on: its files, locks, packages and settings, and what is wrong with them."""
