"""What a terminal shows. A screen is a pure function of records."""
