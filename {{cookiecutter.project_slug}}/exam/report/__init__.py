"""The report: one page with pictures and words. Renderers are pure functions of the records."""
