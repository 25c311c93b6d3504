"""Limited processes, in which a stranger's file is read and run: how they start, what holds them, what they say."""
