"""A grammar of restaurant reviews in which words of praise and of blame stand side by side.

A review says something good and something bad, and what decides is how the two are put together: what comes after
"but" outweighs what came before, "although" concedes, "not bad at all" is praise, "if the soup had been warm" says
that it was not, and what others think, what used to be and what was expected decide nothing. Counting words therefore
tells little. The verdict is always that of the person who writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from exam.bank.streams import chance

Words = Sequence[str]
Pairs = Sequence[tuple[str, str]]
T = TypeVar("T")

CONTRARY = 0.85  # how often others, the past or the expectation differ from what was found
NEGATED = 0.2  # how often small words qualify a remark; half of these turn it round: "far from bad" for good
EVEN_IF = 0.4  # how often it would have made no difference if something had been otherwise
EVENT = 0.35  # how often a remark tells what happened instead of how something was
OWN_TONE = 0.6  # how often a trifle, such as easy parking, has the colour of the verdict
OPENING, TRIFLE, VERDICT, DETAIL = 0.6, 0.4, 0.3, 0.15
CARELESS, TYPO = 0.06, 0.06  # reviews without capitals, and reviews with one slip of the finger


def _list(text: str) -> Words:
    """Split a comma-separated list."""
    return tuple(" ".join(entry.split()) for entry in text.split(","))


def _pairs(*entries: str) -> Pairs:
    """Split each ``left / right`` entry."""
    return tuple((left.strip(), right.strip()) for left, right in (entry.split("/") for entry in entries))


@dataclass(frozen=True)
class Aspect:
    """Something to praise or to blame.

    Attributes:
        subjects: each with its verb, "the soup was".
        praise, blame: adjectives that can be negated.
        strong_praise, strong_blame: adjectives that nobody negates.
    """

    subjects: Words
    praise: Words
    blame: Words
    strong_praise: Words
    strong_blame: Words


FOOD = Aspect(
    _list(
        "the soup was, the lamb was, the fish curry was, the risotto was, the duck was, the goulash was, "
        "the mushroom pie was, the noodles were, the dumplings were, the mussels were, the pancakes were, "
        "the lentil salad was, the trout was, the ravioli were, the beef was, the food was, the starters were, "
        "the dessert was, the apple tart was, the pea soup was, the pizza was"
    ),
    _list("good, tasty, delicious, memorable, impressive, well seasoned"),
    _list("bad, bland, boring, disappointing, greasy, overcooked"),
    _list("superb, divine, excellent, heavenly"),
    _list("dreadful, awful, disgusting, inedible"),
)
SERVICE = Aspect(
    _list(
        "the waiters were, the waitresses were, the staff were, the service was, the hosts were, "
        "the people at the bar were, the students who served us were, the welcome was, the young cooks were"
    ),
    _list("friendly, polite, kind, attentive, professional"),
    _list("rude, unfriendly, cold, careless, clumsy"),
    _list("charming, wonderful, outstanding"),
    _list("appalling, hopeless, insulting"),
)
ROOM = Aspect(
    _list("the room was, the terrace was, the courtyard was, the garden was, the dining room was, the bar was"),
    _list("comfortable, quiet, clean, cosy, inviting"),
    _list("cramped, noisy, dirty, draughty, shabby"),
    _list("beautiful, delightful, gorgeous"),
    _list("horrible, depressing, filthy"),
)
PRICE = Aspect(
    _list("the bill was, the prices were, the wine list was, the set menu was, the price of the wine was"),
    _list("fair, reasonable, sensible"),
    _list("steep, excessive, outrageous"),
    _list("a bargain, a steal"),
    _list("a rip off, daylight robbery"),
)
ASPECTS = (FOOD, FOOD, SERVICE, SERVICE, ROOM, PRICE)

TURNED = _list("not {} at all, anything but {}, far from {}, by no means {}, not in the least {}, not remotely {}")
UNDERLINED = _list("really {}, truly {}, quite simply {}, nothing if not {}")
KEPT = (
    *UNDERLINED,
    "{}, there is no other word for it",
    "{}, no doubt about it",
    "{}, and I do not say that often",
    "every bit as {} as we had heard",
    "{}, to say the least",
    "so {} that even {person} noticed",
)

# What happened, good and bad in pairs of similar words.
EVENTS = _pairs(
    "we were seated at once / we were left standing at the door",
    "the chef came out to greet us / the chef came out to argue with us",
    "they found us a table by the window / they put us at the table by the toilets",
    "the last round was on the house / the last course was never served",
    "every plate went back empty / every plate went back half full",
    "they remembered my allergy / they forgot my allergy",
    "the children were spoiled / the children were ignored",
    "our glasses were never empty / our glasses stood empty all evening",
    "nobody hurried us / nobody came to take our order for {minutes}",
    "the kitchen made something special for {party} / the kitchen had nothing at all for {party}",
    "the main course came within {minutes} / we waited {hours} for the main course",
    "they kept our table when we were late / they gave our table away",
    "they replaced a spilled drink without a word / they spilled a drink on me without a word",
    "they took a mistake off the bill / they put two mistakes on the bill",
    "we stayed until midnight and laughed a lot / they wanted the table back after an hour",
)

# Conceded {c} and decisive {d}. Capitals: the remark begins a sentence.
CONTRASTS = (
    "{C}, but {d}.",
    "{C}, but {d}.",
    "{C}. But {d}.",
    "{C}. However, {d}.",
    "{C}, yet {d}.",
    "{C}. Still, {d}.",
    "Although {c}, {d}.",
    "Even though {c}, {d}.",
    "While {c}, {d}, and that is what counts.",
    "{D}, although {c}.",
    "{D}, even if {c}.",
    "{D}. Never mind that {c}.",
    "Yes, {c}. What stays with me is that {d}.",
    "I admit that {c}, but {d}.",
    "{D}, and that weighs more than the fact that {c}.",
    "What matters to me is that {d}, not that {c}.",
)
TOGETHER = ("{A} and {b}.", "{A}. {B}.", "{A}, {b}.", "{A}, and on top of that {b}.", "{A}. What is more, {b}.")

TREATS = _pairs(
    "a treat / a disaster",
    "a feast / a flop",
    "a warm welcome / a cold shoulder",
    "a quiet evening / a shouting match",
    "honest cooking / food from a packet",
    "a meal to remember / a meal to forget",
    "fine food / canteen food",
    "a lovely evening / a wasted evening",
    "a pleasant surprise / a nasty shock",
    "first class cooking / second rate cooking",
    "a highlight of the week / a low point of the week",
    "a proper dinner / a bad joke",
)
EXPECTED = (
    "I expected {e} and got {g}.",
    "We had expected {e}. What we got was {g}.",
    "We got {g}, when I had expected {e}.",
    "It was {g}, and I had been prepared for {e}.",
    "From the photos I expected {e}, but it turned out to be {g}.",
    "Everything pointed to {e}, and then it was {g}.",
    "{G}, that is what it was, and not {e}.",
    "After all the reviews I was ready for {e}. It was {g}.",
    "It turned out to be {g}, not {e} as {person} had predicted.",
)
AS_EXPECTED = ("I expected {g} and got just that.", "We had expected {g}, and {g} is what we got.")

FEELINGS = _pairs(
    "loved it / hated it",
    "enjoyed every minute / regretted every minute",
    "went home happy / went home angry",
    "liked the place / disliked the place",
    "was delighted / was disgusted",
    "was pleased / was annoyed",
    "thought it was great / thought it was terrible",
    "could not stop smiling / could not stop complaining",
)
OTHERS = (
    "{O} {theirs}, I {mine}.",
    "{O} {theirs}. I {mine}.",
    "I {mine}, {o} {theirs}.",
    "I {mine}, although {o} {theirs}.",
    "While {o} {theirs}, I {mine}.",
    "{O} {theirs}, but that is a matter of taste: I {mine}.",
    "I {mine}. {O} {theirs}, but we never agree on restaurants.",
    "You will hear that {o} {theirs}. Well, I {mine}.",
)
OTHERS_TOO = ("{O} {mine}, and so did I.", "I {mine}, and {o} {mine} too.")

RATED = (
    "{P} says that {remark}.",
    "The guide book claims that {remark}.",
    "I had read that {remark}.",
    "People online write that {remark}.",
    "We had been told that {remark}.",
    "According to {person}, {remark}.",
)
AGREED = _list("That is true, I can confirm that, I agree, We found the same, No argument from me, That is no lie")
DENIED = _list(
    "That is not true, I cannot confirm that, I disagree, We found the opposite, I beg to differ, That is a lie"
)

# {was} and {there} do not count any more; {is} and {here} do. The second of two takes a pronoun for its subject.
BEFORE = (
    "Last year {was}. Now {is}.",
    "{Was} when we first came. By now {is}.",
    "Two years ago {was}. Since then a lot has changed: {is}.",
    "{Is} these days. I remember when {was}.",
    "In the old days {was}, today {is}.",
    "{Is} now, whereas in the past {was}.",
    "{Is}. Under the old owner {was}.",
    "I remember when {was}. Sadly or happily, that is history: {is}.",
)
ELSEWHERE = (
    "At {place} {there}. Here {here}.",
    "At {place} down the road {there}, here {here}.",
    "{Here}, whereas at {place} {there}.",
    "We usually go to {place}, where {there}. This time we tried a new place, where {here}.",
    "{Here}. At {place}, where we ate last week, {there}.",
    "Unlike at {place}, where {there}, here {here}.",
)

# Verdicts: coming back / staying away.
VERDICTS = _pairs(
    "we will be back / we will not be back",
    "I would go again / I would not go again",
    "I will certainly return / I will certainly not return",
    "I can recommend it / I cannot recommend it",
    "that was not our last visit / that was our last visit",
    "nothing will keep me away / nothing will bring me back",
    "I cannot wait to come back / I cannot imagine coming back",
    "once was not enough / once was enough",
    "we have every reason to return / we have no reason to return",
    "they have won a guest / they have lost a guest",
    "we booked another table on the way out / we cancelled our next table on the way out",
)
SPLIT = _pairs(
    "{O} will not be back, but I will / {O} will be back, but I will not",
    "I will be back, {o} will not / I will not be back, {o} will",
    "The waiter asked if we would come again. Of course, we said / "
    "The waiter asked if we would come again. Of course not, we said",
    "{O} would not recommend it, I would / {O} would recommend it, I would not",
    "{O} thinks that once was enough, but we have a table for {day} /"
    "We had a table for {day}, but {person} thinks that once was enough, and so do I",
    "{P} says never again, I say next week / {P} says next week, I say never again",
)
IF_ONLY = (  # {w}: would, or would not; what was not, or not so much
    "If {noun} had {been}, I {w} go again.",
    "I {w} go again if {noun} had {been}.",
    "Had {noun} {been}, we {w} be back.",
    "We {w} be back if {noun} had {been}.",
)

SLOTS = {
    "place": ("the {colour} {sign}", "the {colour} {sign}", "Chez {name}", "Trattoria {name}", "the {sign} in {town}"),
    "colour": _list("Golden, Blue, Silver, Green, Old, White, Laughing, Hungry, Crooked, Little"),
    "sign": _list("Fork, Heron, Lantern, Barrel, Goose, Anchor, Mill, Lemon, Oven, Bear, Pepper, Pear, Kettle, Crown"),
    "town": tuple(
        start + end
        for start in _list("Ash, Birch, Crow, Dun, Elm, Fern, Grim, Hol, Ivy, Kirk, Lam, Mar, Nor, Oak, Pen, Stan, Wit")
        for end in _list("ford, by, ton, ham, wick, bridge, field, bury, dale, well, brook, port, gate, moor, mere")
    ),
    "name": _list(
        "Marta, Ivo, Lena, Tariq, Olga, Bruno, Aisha, Pavel, Greta, Hugo, Nadia, Otto, Priya, Rosa, Sven, Yuki, Zoe, "
        "Emil, Farah, Jonas, Klara, Luca, Mina, Noor, Piet, Ruth, Samir, Tilda, Vera, Wanda, Carlo, Dora, Edith"
    ),
    "person": _list(
        "my cousin, my husband, my wife, my mother, our neighbour, my boss, my brother, my best friend, a colleague, "
        "the critic of the local paper, the couple at the next table, our taxi driver, {name}, {name}, {name}"
    ),
    "party": _list("my sister, the children, two colleagues, my parents, a vegan friend, an old friend, {name}"),
    "day": _list("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
    "minutes": _list("ten minutes, 20 minutes, half an hour, 40 minutes, three quarters of an hour"),
    "hours": _list("an hour, two hours, 90 minutes, well over an hour, an hour and a half"),
    "number": _list("two, three, four, five, six, eight, 10, 12"),
    "price": tuple(str(price) for price in range(28, 190, 3)),
    "starter": _list("soup, dumplings, mussels, salad, pancakes, oysters, olives"),
    "dish": _list("lamb, curry, risotto, duck, noodles, trout, ravioli, goulash, pie, beef"),
    "occasion": _list(
        "after the theatre, for a birthday, for lunch, on a rainy {day}, before the concert, straight from the train, "
        "on our anniversary, between two meetings, for Sunday brunch, during the holidays"
    ),
}
OPENINGS = (
    "We had dinner at {place} on {day}.",
    "Went to {place} with {party}.",
    "Dinner for {number} at {place}.",
    "Came here {occasion}.",
    "{name} had booked a table for {number}.",
    "We dropped in {occasion}.",
    "We were {number}, on a {day}.",
    "Tried {place} {occasion}.",
    "We ordered the {starter} and the {dish}.",
    "We paid {price} euros for two.",
    "Visited in the first week of the new menu.",
    "I ate here with {party} {occasion}.",
    "My second visit to {place}.",
    "{place} was full on {day}.",
    "A table for {number} at {place}, booked weeks before.",
    "{name} told us about {place}.",
    "Ended up at {place} with {party}.",
)
TRIFLES = _pairs(
    "Parking was easy / Parking was a struggle",
    "The bread was warm / The bread was dry",
    "They bring olives while you wait / They charge extra for olives",
    "There are high chairs for children / There are no high chairs for children",
    "The coffee afterwards was strong / The coffee afterwards was weak",
    "The menu is easy to read / The menu is hard to read",
    "Cards are accepted / Cash only",
    "The tram stops in front of the door / It is a long walk from the tram",
    "The napkins are linen / The napkins are paper",
)
DETAILS = (
    "I had the {starter}, {name} had the {dish}.",
    "The {dish} is on the menu for 14 euros.",
    "The menu changes every {day}.",
    "They close early on {day}.",
    "We sat at table {number}.",
    "I write this as someone who cooks for a living.",
    "By the way, it is next to the station in {town}.",
    "The tables outside are only open in summer.",
    "{name} took photos of everything.",
    "We sat in the room upstairs.",
)


def review(stream: np.random.Generator, good: bool) -> str:
    """Return a review of two to five sentences whose writer would come again if ``good``."""
    parts = [_core(stream, good)]
    if chance(stream, TRIFLE):
        parts.insert(int(stream.integers(2)), _side(stream, TRIFLES, good == chance(stream, OWN_TONE)) + ".")
    if chance(stream, OPENING) or len(parts) == 1:
        parts.insert(0, _pick(stream, OPENINGS))
    if chance(stream, DETAIL):
        parts.insert(int(stream.integers(1, len(parts) + 1)), _pick(stream, DETAILS))
    text = " ".join(_capital(_fill(stream, part)) for part in parts)
    text = text.lower() if chance(stream, CARELESS) else text
    return _slip(stream, text) if chance(stream, TYPO) else text


def _core(stream: np.random.Generator, good: bool) -> str:
    """Return the sentences that decide, sometimes with the verdict in words."""
    family = _pick(stream, FAMILIES)
    text = family(stream, good)
    if family not in (_split, _if_only) and chance(stream, VERDICT):
        text += f" {_capital(_side(stream, VERDICTS, good))}."
    return text


def _contrast(stream: np.random.Generator, good: bool) -> str:
    """Something is conceded, something else decides."""
    conceded, decisive = _remarks(stream, (not good, good))
    return _pick(stream, CONTRASTS).format(c=conceded, C=_capital(conceded), d=decisive, D=_capital(decisive))


def _negation(stream: np.random.Generator, good: bool) -> str:
    """One or two remarks of the same colour, turned round or underlined by small words."""
    words = TURNED if chance(stream, 0.5) else KEPT
    first, second = (
        f"{_pick(stream, aspect.subjects)} {_qualified(stream, aspect, good, words)}" for aspect in _two_aspects(stream)
    )
    if chance(stream, 0.5):
        return _capital(first) + "."
    return _pick(stream, TOGETHER).format(a=first, A=_capital(first), b=second, B=_capital(second))


def _expectation(stream: np.random.Generator, good: bool) -> str:
    """What was expected and what came."""
    treat = _pick(stream, TREATS)
    expected, outcome = treat if not good else treat[::-1]
    template = _pick(stream, EXPECTED if chance(stream, CONTRARY) else AS_EXPECTED)
    return template.replace("{e}", expected).replace("{g}", outcome).replace("{G}", _capital(outcome))


def _opinions(stream: np.random.Generator, good: bool) -> str:
    """Others felt one way, the writer the other way, or the same."""
    template = _pick(stream, OTHERS if chance(stream, CONTRARY) else OTHERS_TOO)
    person = _fill(stream, _pick(stream, SLOTS["person"]))
    return template.format(
        o=person, O=_capital(person), mine=_side(stream, FEELINGS, good), theirs=_side(stream, FEELINGS, not good)
    )


def _hearsay(stream: np.random.Generator, good: bool) -> str:
    """Others say something of which the writer says whether it is true."""
    true = chance(stream, 0.5)
    claim = _judgement(stream, _pick(stream, ASPECTS), good == true)
    heard = _pick(stream, RATED).replace("{remark}", claim).replace("{P}", _capital(_pick(stream, SLOTS["person"])))
    return f"{heard} {_pick(stream, AGREED if true else DENIED)}."


def _change(stream: np.random.Generator, good: bool) -> str:
    """How it used to be, or is elsewhere, and how it is."""
    aspect = _pick(stream, ASPECTS)
    noun, verb = _pick(stream, aspect.subjects).rsplit(" ", 1)
    other, own = _quality(stream, aspect, not good), _quality(stream, aspect, good)
    present = {"was": "is", "were": "are"}[verb]
    clauses = {"was": (verb, other), "there": (verb, other), "is": (present, own), "here": (verb, own)}
    text = _pick(stream, BEFORE if chance(stream, 0.5) else ELSEWHERE)
    for name, clause in clauses.items():
        remark = " ".join((noun, *clause))
        text = text.replace(f"{{{name}}}", remark).replace(f"{{{name.capitalize()}}}", _capital(remark))
    once = text.lower().index(noun) + len(noun)
    return text[:once] + text[once:].replace(noun, "it" if verb == "was" else "they")


def _split(stream: np.random.Generator, good: bool) -> str:
    """One would come back and the other would not."""
    person = _pick(stream, SLOTS["person"])
    text = _side(stream, SPLIT, good)
    return text.replace("{o}", person).replace("{O}", _capital(person)).replace("{P}", _capital(person)) + "."


def _if_only(stream: np.random.Generator, good: bool) -> str:
    """What would have been: the opposite of what was."""
    aspect = _pick(stream, ASPECTS)
    noun = _pick(stream, aspect.subjects).rsplit(" ", 1)[0]
    presence, absence = _pick(stream, aspect.praise), _pick(stream, aspect.blame)
    presence, absence = (presence, absence) if good else (absence, presence)
    if chance(stream, EVEN_IF):
        return f"Even if {noun} had been {absence}, I would {'' if good else 'not '}go again."
    been = f"been {absence}"
    if good or chance(stream, 0.5):
        been = _pick(stream, ("not been so {}", "been less {}", "been a little less {}")).format(presence)
    template = _pick(stream, IF_ONLY).replace("{been}", been).replace("{noun}", noun)
    return template.replace("{w}", "would not" if good else "would")


FAMILIES: Sequence[Callable[[np.random.Generator, bool], str]] = (
    _contrast,
    _contrast,
    _contrast,
    _negation,
    _negation,
    _negation,
    _expectation,
    _opinions,
    _hearsay,
    _hearsay,
    _change,
    _split,
    _if_only,
)


def _two_aspects(stream: np.random.Generator) -> tuple[Aspect, Aspect]:
    """Return two different aspects."""
    first = _pick(stream, ASPECTS)
    return first, _pick(stream, [aspect for aspect in ASPECTS if aspect is not first])


def _remarks(stream: np.random.Generator, goods: tuple[bool, bool]) -> tuple[str, str]:
    """Return a remark of each colour, about different aspects."""
    first, second = _two_aspects(stream)
    one, two = _remark(stream, first, goods[0]), _remark(stream, second, goods[1])
    while two.split(" ", 2)[:2] == one.split(" ", 2)[:2]:
        two = _remark(stream, second, goods[1])
    return one, two


def _remark(stream: np.random.Generator, aspect: Aspect, good: bool) -> str:
    """Return a main clause of praise or blame, without capital and full stop: what happened, or how it was."""
    return _side(stream, EVENTS, good) if chance(stream, EVENT) else _judgement(stream, aspect, good)


def _judgement(stream: np.random.Generator, aspect: Aspect, good: bool) -> str:
    """Return how something was, for example "the soup was not bad at all"."""
    return f"{_pick(stream, aspect.subjects)} {_quality(stream, aspect, good)}"


def _quality(stream: np.random.Generator, aspect: Aspect, good: bool) -> str:
    """Return an adjective of praise or blame, or one of the other kind turned into its opposite."""
    if chance(stream, NEGATED):
        return _qualified(stream, aspect, good, TURNED if chance(stream, 0.5) else UNDERLINED)
    return _pick(stream, (*aspect.praise, *aspect.strong_praise) if good else (*aspect.blame, *aspect.strong_blame))


def _qualified(stream: np.random.Generator, aspect: Aspect, good: bool, small_words: Words) -> str:
    """Return an adjective that ``small_words`` underline or, if they are ``TURNED``, turn into its opposite."""
    adjective = _pick(stream, aspect.praise if good != (small_words is TURNED) else aspect.blame)
    return _pick(stream, small_words).replace("{}", adjective)


def _fill(stream: np.random.Generator, template: str) -> str:
    """Return ``template`` with a random entry of ``SLOTS`` for each ``{name}``, also in the entries themselves."""
    while "{" in template:
        template = re.sub(r"\{(\w+)\}", lambda match: _pick(stream, SLOTS[match[1]]), template)
    return template


def _slip(stream: np.random.Generator, text: str) -> str:
    """Return ``text`` with two letters of one longer word swapped."""
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if long:
        number = _pick(stream, long)
        at = int(stream.integers(1, len(words[number]) - 2))
        word = words[number]
        words[number] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _capital(text: str) -> str:
    """Return ``text`` with a capital first letter, the others as they are."""
    return text[0].upper() + text[1:]


def _side(stream: np.random.Generator, pairs: Pairs, left: bool) -> str:
    """Return the left or the right of a random pair."""
    return _pick(stream, pairs)[0 if left else 1]


def _pick(stream: np.random.Generator, entries: Sequence[T]) -> T:
    """Return one entry, all equally likely."""
    return entries[int(stream.random() * len(entries))]
