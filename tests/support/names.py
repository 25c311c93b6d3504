"""Names that try to become code, markup or another path."""

HOSTILE_NAMES = [
    'Robert "Bob" Smith',
    "O'Brien",
    "back\\slash\\",
    "literal \\n and \\x41",
    '"""',
    "'''",
    'a"""b\'\'\'c"',
    '"; import os; open("CANARY", "w") #',
    "$(touch CANARY) `touch CANARY` %PATH%",
    "emoji \U0001f600 \U0001f469\u200d\U0001f52c",
    "\u05e9\u05dc\u05d5\u05dd \u202eabc",
    "<b>&amp;</b>",
    "   many   spaces   ",
    "{{ 7*7 }}",
    "{% raw %}",
]
