"""What people look at. Renderers are pure functions of the records of grading."""
