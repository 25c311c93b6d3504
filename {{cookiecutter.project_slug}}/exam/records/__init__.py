"""What stays after a grading: attempts, the clock of the exam, the models, and what they add up to."""
