"""The limited processes in which a stranger's file is read and run: of one kind, with one protocol."""
