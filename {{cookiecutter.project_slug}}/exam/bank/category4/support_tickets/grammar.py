"""A grammar of tickets to the support of a web shop, most of which mention more than one matter.

The request that still stands decides which team gets the ticket. Before or after it, customers tell what happened,
which often sounds like another team's work, thank for what is settled, and take back what they asked for earlier. Some
only hint at what they want: then two teams are possible, and the rarer one is more given to hints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from exam.bank.streams import chance

Words = Sequence[str]
T = TypeVar("T")

TEAMS = ("account", "billing", "cancellation", "defect", "delivery")

GREETING, REFERENCE, CLOSING, SIGNATURE, TYPO = 0.5, 0.35, 0.25, 0.4, 0.06
TAKEN_BACK = 0.4  # tickets with another request that no longer stands
SETTLED = 0.3  # other tickets with thanks for something of another team
STORY, OTHER_STORY = 0.6, 0.4  # tickets that tell what happened; of these, stories that suggest another team
ASIDE = 0.6  # of those stories, how many the customer plays down
HINT = {"account": 0.1, "billing": 0.16, "cancellation": 0.5, "defect": 0.3, "delivery": 0.16}
"""How many tickets of each team only hint at what they want."""

# What the shop is asked to do, after "please" or "could you".
ASKS: dict[str, Words] = {
    "delivery": (
        "tell me where my parcel is",
        "send the parcel to my office",
        "deliver the {item} on {day}",
        "ask the courier to ring the bell",
        "leave the parcel with my {neighbour}",
        "find out why the {item} is still in {town}",
        "send the second box that is missing",
        "look for the parcel",
        "send me a tracking number",
        "have it brought to the pick up point in {town}",
        "tell me when the {item} arrives",
        "change the delivery address of the order to {town}",
        "find out who signed for the parcel",
    ),
    "billing": (
        "correct the invoice",
        "refund the second charge",
        "send me an invoice with the name of my company",
        "explain the charge of {number} euros",
        "take the voucher off the price",
        "pay back the postage",
        "charge another card",
        "tell me why {number} euros were taken twice",
        "move the payment to the first of the month",
        "stop the reminders",
        "tell me when I get my {number} euros back",
        "split the bill for the {item} into two payments",
    ),
    "account": (
        "reset my password",
        "unlock my account",
        "change the e-mail address that I log in with",
        "send the confirmation code again",
        "merge my two accounts",
        "tell me why I cannot log in",
        "switch off the login by text message",
        "correct my name in the profile",
        "let my {neighbour} log in too",
        "tell me who else has used my login",
        "send me a new link for the password",
    ),
    "defect": (
        "repair the {item}",
        "send a spare part for the {item}",
        "replace the broken {item}",
        "tell me why the {item} does not start",
        "have a technician look at the {item}",
        "exchange the {item} for one that works",
        "send me a new cable for the {item}",
        "tell me whether the smell of the {item} is normal",
        "tell me how to stop the noise of the {item}",
        "explain what the red light of the {item} means",
    ),
    "cancellation": (
        "cancel the order",
        "cancel my membership",
        "stop the order before it is sent",
        "end my membership at the end of the month",
        "take the {item} out of the order",
        "forget about the {item}",
        "cancel the {item} and keep the rest of the order",
        "let my membership run out",
        "confirm in writing that the order is cancelled",
    ),
}
# What happened.
STORIES: dict[str, Words] = {
    "delivery": (
        "The parcel has not moved since {day}.",
        "I waited at home all {day}, nobody came.",
        "The courier left a note, but no parcel.",
        "Only one of two boxes came.",
        "The tracking page says delivered, but there is nothing here.",
        "The {item} was due on {day}.",
        "The parcel went back to the warehouse in {town}.",
        "Somebody called {name} signed for my parcel.",
    ),
    "billing": (
        "My card was charged twice.",
        "The invoice is {number} euros too high.",
        "I paid on {day} and got a reminder today.",
        "My voucher was not taken off.",
        "The invoice for the {item} has the wrong name on it.",
        "There is a charge of {number} euros that I cannot explain.",
        "The {item} is {number} euros cheaper since {day}.",
    ),
    "account": (
        "The page says that my password is wrong.",
        "I have a new e-mail address.",
        "The code for the login never arrives.",
        "My account has been locked since {day}.",
        "After the update of your page I cannot log in.",
        "My profile shows the name {name}, which is not mine.",
        "I have lost the phone that I log in with.",
    ),
    "defect": (
        "The {item} makes a loud noise.",
        "The {item} does not start any more.",
        "The lid of the {item} has a crack.",
        "After {number} minutes the {item} stops.",
        "The {item} smells of burnt plastic.",
        "The display of the {item} stays dark.",
        "The handle of the {item} broke off on {day}.",
    ),
    "cancellation": (
        "I ordered the wrong {item}.",
        "I have changed my mind.",
        "We have been given a {item} as a present.",
        "I hardly use the membership.",
        "I ordered the {item} twice by mistake.",
        "We are moving abroad.",
        "I found the {item} cheaper elsewhere.",
    ),
}
# What shows that a story is not the point.
ASIDES = (
    "But that is not why I write.",
    "That can wait.",
    "I can live with that.",
    "Never mind that.",
    "That is another matter.",
    "I have dealt with that.",
)
# What is settled and needs no team any more.
THANKS: dict[str, Words] = {
    "delivery": (
        "The parcel arrived on {day}, thank you.",
        "Thanks, the courier did ring this time.",
        "The missing box has come.",
        "The {other} came a day early.",
    ),
    "billing": (
        "The refund has arrived, thank you.",
        "Thanks for the corrected invoice.",
        "The {number} euros are back on my card.",
        "The invoice is fine now.",
    ),
    "account": (
        "I can log in again, thanks.",
        "The new password works.",
        "Thanks for unlocking my account.",
        "My name in the profile is right now.",
    ),
    "defect": (
        "The {other} works again, thanks.",
        "The spare part fits.",
        "The new {other} makes no noise.",
        "Thanks for the quick repair of the {other}.",
    ),
    "cancellation": (
        "Thanks for cancelling the other order.",
        "The {other} is cancelled, I saw your mail.",
        "The membership has ended, as I wanted.",
        "It was good that you stopped the order of the {other}.",
    ),
}
# Hints that two teams could mean. The team of a ticket is the one that dealt with it in the end.
HINTS: dict[tuple[str, str], Words] = {
    ("cancellation", "delivery"): (
        "Has the {item} left the warehouse yet?",
        "I have been waiting for the {item} for {number} days. That is too long for me.",
        "The {item} was a present, and the birthday was on {day}.",
        "The order still says in preparation. Is it too late now?",
        "I will be abroad from {day} on, and the {item} is not here.",
        "You promised the {item} for {day}. I bought one in {town} today.",
    ),
    ("cancellation", "billing"): (
        "Why do I still pay {number} euros for the membership?",
        "Your mail says that my membership now costs {number} euros.",
        "Another month of the membership went off my card.",
        "I thought that the first month was free. Now I see {number} euros.",
        "I do not want to pay {number} euros for the {item}.",
    ),
    ("defect", "delivery"): (
        "The box of the {item} was torn open.",
        "The {item} came with a dent.",
        "A part is missing in the box of the {item}.",
        "I opened the parcel on {day}, and the {item} is scratched.",
        "What arrived is a {item} in two pieces.",
        "The parcel rattles when I shake it.",
    ),
    ("account", "billing"): (
        "Your page does not accept my card.",
        "I cannot find the invoice on my page.",
        "The page shows an error when I want to pay.",
        "My card has disappeared from my profile.",
        "I am logged in, but I cannot see what I paid for the {item}.",
    ),
}
REQUESTS = (
    "Please {c}.",
    "Please {c}.",
    "Could you {c}?",
    "Can you please {c}?",
    "I would like you to {c}.",
    "I have to ask you to {c}.",
    "My request: {c}.",
    "Would you be so kind as to {c}?",
    "Kindly {c}.",
)
# {o} was asked for and is not wanted any more, {c} is.
TAKEN_BACKS = (
    "First I wanted you to {o}, but now please {c}.",
    "You need not {o} any more. Please {c}.",
    "Please {c}. You need not {o} any more.",
    "Please do not {o}. {C} instead.",
    "{C}, please. There is no need to {o}.",
    "Last week I asked you to {o}. That is done. Today I ask you to {c}.",
    "Your colleague {name} promised to {o}, and did. Now please {c}.",
    "Forget my mail of {day}, in which I asked you to {o}. Just {c}.",
    "Can you {c}? My other mail, in which I asked you to {o}, is answered.",
    "I do not want you to {o}, I want you to {c}.",
    "Rather than {o}, please {c}.",
    "Please {c} rather than {o}.",
    "I was going to ask you to {o}. On second thoughts, please {c}.",
    "Could you {c}? I know I asked you to {o}, but I have seen to that myself.",
)
UNDECIDED = (
    "Can you help?",
    "What can be done?",
    "Please sort this out.",
    "Please call me back.",
    "What now?",
    "I am waiting for your answer.",
    "Please let me know.",
    "I am not happy with this.",
)
GREETINGS = ("Hello,", "Hi,", "Hi there,", "Dear team,", "Good morning,", "Good evening,", "Dear support,")
REFERENCES = (
    "My order number is {order}.",
    "This is about order {order}.",
    "It is about the {item} that I ordered on {day}.",
    "Order {order}, placed on {day}.",
    "I ordered a {item} from you.",
    "Customer number {order}.",
    "I have been a customer for {few} years.",
)
CLOSINGS = ("Thank you.", "Thanks in advance.", "I can be reached after {few}.", "It is urgent.", "I work until {few}.")
SIGNATURES = (
    "Kind regards, {name}",
    "Many thanks, {name}",
    "Best wishes from {town}, {name}",
    "{name} from {town}",
    "{name}",
    "Regards",
)
SLOTS: dict[str, Words] = {
    "item": (
        "kettle, toaster, vacuum cleaner, blender, coffee machine, desk lamp, hair dryer, rice cooker, mixer, fan, "
        "steam iron, air purifier, sewing machine, heater, radio, alarm clock, food processor, waffle iron"
    ).split(", "),
    "other": "camera, scanner, printer, tea pot, hot plate, garden hose, door bell, fridge, oven".split(", "),
    "day": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday".split(", "),
    "few": "two, three, four, five, six, seven, eight, nine".split(", "),
    "number": [str(number) for number in range(3, 60)],
    "order": [str(number) for number in range(40117, 99000, 389)],
    "neighbour": "neighbour, brother, daughter, flatmate, caretaker".split(", "),
    "name": (
        "Marta, Ivo, Lena, Tariq, Olga, Bruno, Aisha, Pavel, Greta, Hugo, Nadia, Otto, Priya, Rosa, Sven, Yuki, Zoe, "
        "Emil, Farah, Jonas, Klara, Luca, Mina, Noor, Piet, Ruth, Samir, Tilda, Vera, Wanda, Carlo, Dora, Edith"
    ).split(", "),
    "town": [
        start + end
        for start in "Ash, Birch, Crow, Dun, Elm, Fern, Grim, Hol, Ivy, Kirk, Lam, Mar, Nor, Oak, Pen, Wit".split(", ")
        for end in "ford, by, ton, ham, wick, bridge, field, bury, dale, well, brook, port, gate, moor".split(", ")
    ],
}


def ticket(stream: np.random.Generator, team: str) -> str:
    """Return the text of a ticket that ``team`` has to deal with; ``stream`` decides everything else."""
    parts = _hint(stream, team) if chance(stream, HINT[team]) else _request(stream, team)
    if chance(stream, REFERENCE):
        parts.insert(0, _pick(stream, REFERENCES))
    if chance(stream, GREETING):
        parts.insert(0, _pick(stream, GREETINGS))
    if chance(stream, CLOSING):
        parts.append(_pick(stream, CLOSINGS))
    if chance(stream, SIGNATURE):
        parts.append(_pick(stream, SIGNATURES))
    text = _fill(stream, " ".join(parts))
    return _slip(stream, text) if chance(stream, TYPO) else text


def _hint(stream: np.random.Generator, team: str) -> list[str]:
    """Return sentences that leave open which of two teams is wanted."""
    pair = _pick(stream, [pair for pair in HINTS if team in pair])
    parts = [_pick(stream, HINTS[pair]), _pick(stream, UNDECIDED)]
    if chance(stream, SETTLED):
        parts.insert(0, _pick(stream, THANKS[_another(stream, pair)]))
    return parts


def _request(stream: np.random.Generator, team: str) -> list[str]:
    """Return sentences with a request that stands, and perhaps others that do not."""
    other = _another(stream, (team,))
    parts = []
    if chance(stream, STORY):
        parts += _story(stream, team, other)
    ask = _pick(stream, ASKS[team])
    if chance(stream, TAKEN_BACK):
        text = _pick(stream, TAKEN_BACKS).replace("{C}", ask[0].upper() + ask[1:])
        return [*parts, text.replace("{c}", ask).replace("{o}", _pick(stream, ASKS[other]))]
    parts.append(_pick(stream, REQUESTS).replace("{c}", ask))
    if chance(stream, SETTLED):
        parts.insert(int(stream.integers(len(parts) + 1)), _pick(stream, THANKS[_another(stream, (team,))]))
    return parts


def _story(stream: np.random.Generator, team: str, other: str) -> list[str]:
    """Return what happened: work for ``team``, or for ``other`` and then often played down."""
    if not chance(stream, OTHER_STORY):
        return [_pick(stream, STORIES[team])]
    return [_pick(stream, STORIES[other])] + ([_pick(stream, ASIDES)] if chance(stream, ASIDE) else [])


def _another(stream: np.random.Generator, teams: Sequence[str]) -> str:
    """Return a team that is none of ``teams``."""
    return _pick(stream, [team for team in TEAMS if team not in teams])


def _fill(stream: np.random.Generator, template: str) -> str:
    """Return ``template`` with a random entry of ``SLOTS`` for each ``{name}``; a ticket is about one ``{item}``."""
    item = _pick(stream, SLOTS["item"])
    filled = re.sub(r"\{(\w+)\}", lambda match: _pick(stream, SLOTS[match[1]]), template.replace("{item}", item))
    return filled.replace("a alarm", "an alarm").replace("a air", "an air")


def _slip(stream: np.random.Generator, text: str) -> str:
    """Return ``text`` with two letters of one longer word swapped."""
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if long:
        number = _pick(stream, long)
        word = words[number]
        at = int(stream.integers(1, len(word) - 2))
        words[number] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _pick(stream: np.random.Generator, entries: Sequence[T]) -> T:
    """Return one entry, all equally likely."""
    return entries[int(stream.random() * len(entries))]
