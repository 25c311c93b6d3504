"""A grammar of headlines: sober news and satire made of the same words, told apart by how these are combined.

Each family of headlines turns one device of satire into a rule. Some turn on word order: "Owner trains goose" is
news, "Goose trains owner" is not. Some turn on whether two parts match: ambassadors discuss arms control and
flatmates discuss the thermostat; swap the topics and both headlines are satire. No word gives the class away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exam.bank.streams import chance, pick

Words = Sequence[str]
Pairs = Sequence[tuple[str, str]]

# Satire sends dignitaries after trifles more often than it hands great matters to small people, and news has a taste
# of its own. These two shares are why counting words is a little better than guessing, and only a little.
SATIRE_GRAND_FIRST = 0.75
NEWS_GRAND = 0.65
OWN_TONE = 0.64
ADJECTIVE = 0.3
TOWN = 0.4
TAIL = 0.3
LEAD = 0.2


def _list(text: str) -> Words:
    """Split a comma-separated list."""
    return tuple(" ".join(entry.split()) for entry in text.split(","))


def _pairs(text: str) -> Pairs:
    """Split a comma-separated list of ``left / right`` pairs."""
    return tuple((left.strip(), right.strip()) for left, right in (entry.split("/") for entry in text.split(",")))


# Who does it to whom. Left: the active phrase; right: the same deed in the passive.
HANDLERS = _list(
    "owner, vet, farmer, zookeeper, animal trainer, shepherd, breeder, dog groomer, park ranger, stable hand, "
    "pet sitter, country vet, smallholder, pet photographer"
)
ANIMALS = _list(
    "dog, cat, goat, parrot, horse, hamster, llama, donkey, tortoise, sheep, goose, pony, rabbit, piglet, alpaca, "
    "hedgehog, spaniel, ferret, guinea pig"
)
CARE = _pairs(
    "trains {} / trained by {}, weighs {} / weighed by {}, feeds {} / fed by {}, vaccinates {} / vaccinated by {}, "
    "adopts {} / adopted by {}, grooms {} / groomed by {}, washes {} / washed by {}, insures {} / insured by {}, "
    "brushes {} / brushed by {}, measures {} / measured by {}, rehomes {} / rehomed by {}, "
    "takes {} for walk / taken for walk by {}, puts {} on diet / put on diet by {}, "
    "teaches {} to sit / taught to sit by {}, files complaint about {} / subject of complaint by {}, "
    "enters {} in show / entered in show by {}, fits {} with tracker / fitted with tracker by {}, "
    "keeps {} indoors overnight / kept indoors overnight by {}, gives {} worming tablet / given worming tablet by {}"
)
SENIORS = _list(
    "teacher, professor, surgeon, judge, head chef, football coach, bank manager, driving instructor, conductor, "
    "site manager, ship captain, newspaper editor, fire chief, headmistress"
)
JUNIORS = _list(
    "pupil, intern, apprentice, trainee, schoolboy, schoolgirl, kitchen helper, beginner, cadet, junior clerk, "
    "new recruit, learner, scout, first year student"
)
AUTHORITY = _pairs(
    "promotes {} / promoted by {}, grades {} / graded by {}, reprimands {} / reprimanded by {}, "
    "suspends {} / suspended by {}, supervises {} / supervised by {}, hires {} / hired by {}, "
    "assesses {} / assessed by {}, dismisses {} / dismissed by {}, sends {} home / sent home by {}, "
    "gives {} homework / given homework by {}, tells {} to sit up straight / told to sit up straight by {}, "
    "warns {} about tone / warned about tone by {}, puts {} on probation / put on probation by {}, "
    "grants {} day off / granted day off by {}, moves {} to front row / moved to front row by {}"
)
PEOPLE = _list(
    "plumber, pensioner, student, woman, man, retired postman, grandmother, carpenter, tenant, widower, bus driver, "
    "baker, nurse, librarian, accountant, young father"
)
FURNITURE = _list(
    "wardrobe, sofa, piano, toaster, bookshelf, lawnmower, kettle, caravan, bathtub, fridge, hat stand, armchair, "
    "bicycle, washing machine, ladder, grandfather clock"
)
HANDLING = _pairs(
    "repairs {} / repaired by {}, assembles {} / assembled by {}, sells {} / sold by {}, paints {} / painted by {}, "
    "dusts {} / dusted by {}, replaces {} / replaced by {}, inherits {} / inherited by {}, "
    "restores {} / restored by {}, polishes {} / polished by {}, returns {} to shop / returned to shop by {}, "
    "carries {} upstairs / carried upstairs by {}, leaves {} on pavement / left on pavement by {}, "
    "donates {} to charity / donated to charity by {}, advertises {} online / advertised online by {}, "
    "rents {} by the hour / rented by the hour by {}"
)
FORCES = _list(
    "flood, earthquake, thunderstorm, heatwave, hurricane, landslide, tornado, blizzard, cold snap, dense fog, "
    "snowstorm, forest fire, power cut, high tide, volcanic ash"
)
FIXTURES = _list(
    "village fete, bake sale, quiz night, dog show, jumble sale, yoga class, tea dance, book fair, spelling bee, "
    "knitting circle, pancake race, choir practice, sack race, puppet show, flower show"
)
DISRUPTION = _pairs(
    "delays {} / delayed by {}, interrupts {} / interrupted by {}, overshadows {} / overshadowed by {}, "
    "forces {} to postpone / postponed because of {}, shortens {} / cut short by {}, "
    "threatens {} / under threat from {}, moves {} to Sunday / moved to Sunday because of {}, "
    "brings {} to early end / called off over {}, catches {} unprepared / caught unprepared by {}"
)

# Two parts, each grand or small: they match in the news and clash in satire.
DIGNITARIES = _list(
    "finance ministers, peace envoys, central bankers, generals, world leaders, trade negotiators, ambassadors, "
    "senators, regulators, leading economists, high court judges, heads of state, admirals, foreign secretaries"
)
HOUSEHOLD = _list(
    "flatmates, toddlers, grandparents, brothers, twins, newlyweds, neighbours, campers, cousins, in laws, sisters, "
    "teenagers, housemates, godparents"
)
TREATIES = _list(
    "arms control, trade tariffs, border dispute, interest rates, fishing quotas, water treaty, energy prices, "
    "pension reform, flood defences, satellite debris, nuclear inspections, grain exports, carbon tax, shipping lanes"
)
TIFFS = _list(
    "last biscuit, bedtime, missing sock, thermostat, window seat, remote control, washing up rota, dishwasher, "
    "bathroom queue, leftover pizza, garden gnome, squeaky door, board game rules, pillow fort"
)
TALKS = _list(
    "agree on, clash over, break deadlock over, hold talks on, fail to agree on, delay decision on, sign deal on, "
    "demand clarity on, walk out of talks on, vote twice on, meet halfway on, trade harsh words over, "
    "call for calm over, stay silent on"
)
LAURELS = _list(
    "bravery medal, honorary doctorate, state banquet, knighthood, bronze statue, presidential award, peace prize, "
    "parade through capital, national honour, gold medal"
)
THANKS = _list(
    "polite nod, free coffee, gold star, thank you card, second biscuit, small badge, bus voucher, thumbs up, "
    "brief handshake, fridge magnet"
)
HEROICS = _list(
    "rescuing sailors from burning ship, curing rare disease, saving village from avalanche, "
    "landing damaged airliner, ending long war, pulling family from wreckage, stopping runaway train, "
    "discovering new vaccine, saving reef from oil spill, guiding climbers through blizzard"
)
CHORES = _list(
    "returning shopping trolley, replacing toilet roll, holding door open, rinsing own mug, finding car keys, "
    "folding fitted sheet, watering office plant, bringing own bag, remembering bin day, refilling stapler"
)
HONOURED = _list("given {} for {}, receives {} for {}, offered {} for {}, accepts {} for {}, gets {} for {}")
RESCUERS = _list(
    "fire crews, navy divers, rescue helicopters, bomb squad, coastguard, mountain rescuers, army engineers, "
    "disaster response team, national guard, lifeboat crews"
)
HELPERS = _list(
    "handyman, caretaker, plumber, helpful uncle, neighbour with toolbox, school janitor, odd job man, grandfather, "
    "nephew with screwdriver, man with ladder"
)
DISASTERS = _list(
    "sinking ferry, forest fire, collapsed bridge, chemical leak, derailed train, burning refinery, flooded tunnel, "
    "drifting tanker, gas explosion, stranded submarine, avalanche, runaway barge"
)
NUISANCES = _list(
    "jammed drawer, squeaky hinge, dripping tap, wobbly table, blown bulb, burnt toast, blocked sink, stuck zip, "
    "loose doorknob, slow puncture, crooked shelf, flickering lamp"
)
RESPONSE = _list(
    "called to {}, sent to {}, summoned to {}, still busy with {}, praised for quick work on {}, too late for {}, "
    "defeated by {}, needed at {}, criticised for slow response to {}"
)
MONUMENTS = _list(
    "cathedral, suspension bridge, mountain tunnel, harbour wall, space telescope, concert hall, railway line, "
    "hydroelectric dam, city library, motorway, airport terminal, lighthouse"
)
TRIFLES = _list(
    "sandwich, crossword, sandcastle, bowl of soup, jigsaw, snowman, birthday card, paper aeroplane, "
    "pot of tea, shopping list, friendship bracelet, daisy chain"
)
CREWS = _list(
    "builders, students, volunteers, engineers, neighbours, friends, colleagues, contractors, team of six, apprentices"
)
FINISHING = _list("complete {} in, finish {} after, celebrate {} finished in, put last touch to {} after")
NUMBERS = _list("two, three, four, five, six, seven, eight, nine, eleven, twelve, fifteen, twenty, thirty, forty")
LONG = _list("years, decades, long years, winters")
SHORT = _list("minutes, seconds, brisk minutes, moments")
HALLS = _list(
    "national museum, royal gallery, opera house, world heritage office, imperial palace, great cathedral, "
    "state archive, royal academy, grand auction house, university vault"
)
STALLS = _list(
    "garage sale, charity shop, school fair, car boot sale, corner shop, lost property office, flea market, "
    "church bazaar, bus station kiosk, swap shop"
)
TREASURES = _list(
    "roman mosaic, viking ship, medieval crown, lost symphony, bronze helmet, royal sceptre, marble goddess, "
    "ancient scroll, dinosaur skeleton, moon rock, golden mask, first folio"
)
JUNK = _list(
    "chipped mug, odd socks, tangled cable, used umbrella, plastic flamingo, broken stapler, spare button, "
    "half jigsaw, bent spoon, old bus ticket, faded beach towel, lidless teapot"
)
SHOWN = _list("unveiled at {}, sold at {}, displayed at {}, handed in at {}, goes missing from {}, draws crowd at {}")

# Experts find what everyone knew: two things that belong together are satire, two that do not are a finding.
ENTHUSIASTS = _pairs(
    "anglers / fish, bakers / bread, beekeepers / bees, cyclists / bicycles, gardeners / flowers, librarians / books, "
    "pilots / aircraft, sailors / boats, drummers / drums, shepherds / sheep, cheesemakers / cheese, "
    "astronomers / stars, hat makers / hats, chess players / chess, tea tasters / tea, bird watchers / birds"
)
SURVEYS = _list(
    "survey finds {} talk mostly about {}, study links {} to {}, most {} think often about {}, "
    "one in three {} dream of {}, poll shows {} fond of {}, {} spend weekends on {}, new research connects {} with {}, "
    "{} more likely to notice {}, {} increasingly interested in {}, ten year study sees {} drawn to {}"
)
OBVIOUS = _pairs(
    "ice / cold, rain / wet, midnight / dark, lava / hot, granite / hard, thunder / loud, noon / bright, "
    "seawater / salty, gravel / rough, mud / soft"
)
UNEXPECTED = {  # what would be news of each, somewhere in space
    "ice": _list("dark, salty, soft, bright, rough, hot, loud"),
    "rain": _list("salty, hot, loud, dark, cold, hard"),
    "midnight": _list("bright, hot, loud, cold, wet"),
    "lava": _list("cold, dark, bright, loud, soft"),
    "granite": _list("soft, cold, wet, bright, rough, dark, hot"),
    "thunder": _list("soft, rough, hard"),
    "noon": _list("dark, cold, wet, hot"),
    "seawater": _list("hot, cold, dark, bright, soft"),
    "gravel": _list("wet, soft, salty, hot, bright, cold"),
    "mud": _list("hot, salty, dark, rough, cold, bright, hard"),
}
PROBES = _list(
    "probe finds, astronomers confirm, telescope shows, scientists report, new data show, rover learns, "
    "researchers reveal, space agency announces"
)
WORLDS = _list("distant moon, nearby planet, red planet, icy moon, young planet, small asteroid, ringed planet, comet")

ADJECTIVES = _list(
    "calm, elderly, tired, confident, patient, stubborn, cheerful, unhappy, award winning, unimpressed, local, nervous"
)
NEWS_LEADS = _list("Update, Live, In brief, Latest, Regional news")
SATIRE_LEADS = _list("Breaking, Exclusive, Shock, Opinion, Scandal")
NEWS_TAILS = (", report says", ", officials confirm", " on Tuesday", " on Friday", " this week", " for second time")
SATIRE_TAILS = (
    ", sources say",
    ", witnesses claim",
    ", nobody surprised",
    ", to general relief",
    " once again",
    " at last",
)
# Towns are made of two halves: far more of them than a vocabulary of the most frequent words can hold.
TOWN_STARTS = _list(
    "Thistle, Marrow, Puddle, Button, Copper, Feather, Goose, Hazel, Kettle, Lantern, Mistle, Nettle, Otter, Pepper, "
    "Quill, Raven, Saffron, Tumble, Umber, Velvet, Willow, Yarrow, Amber, Bramble, Candle, Dapple, Elder, Fennel, "
    "Ginger, Heather, Ivory, Juniper, Larch, Medlar, Nutmeg, Oat, Pebble, Rowan, Sorrel, Tansy"
)
TOWN_ENDS = _list(
    "ford, by, ton, ham, wick, stead, bridge, mouth, field, combe, worth, haven, bury, dale, cliff, hurst, minster, "
    "well, brook, port, holm, gate, moor, thorpe, marsh, wold, ness, mere, pool, heath"
)


def headline(stream: np.random.Generator, satire: bool) -> str:
    """Return one headline of the wanted class, without a full stop; ``stream`` decides everything else."""
    family = pick(stream, FAMILIES)
    text = family(stream, satire)
    if family is not _space and chance(stream, TOWN):
        place = pick(stream, ("in", "near", "outside"))
        text += f" {place} {pick(stream, TOWN_STARTS)}{pick(stream, TOWN_ENDS)}"
    if chance(stream, TAIL):
        text += _tone(stream, satire, NEWS_TAILS, SATIRE_TAILS)
    text = text[0].upper() + text[1:]
    return f"{_tone(stream, satire, NEWS_LEADS, SATIRE_LEADS)}: {text}" if chance(stream, LEAD) else text


def _tone(stream: np.random.Generator, satire: bool, news_words: Words, satire_words: Words) -> str:
    """Return a phrase, more often from the list that the class prefers but does not own."""
    return pick(stream, satire_words if satire == chance(stream, OWN_TONE) else news_words)


def _described(stream: np.random.Generator, noun: str) -> str:
    """Return ``noun``, sometimes with an adjective in front."""
    return f"{pick(stream, ADJECTIVES)} {noun}" if chance(stream, ADJECTIVE) else noun


def _reversal(stream: np.random.Generator, doer: str, target: str, deeds: Pairs) -> str:
    """Return that ``doer`` does one of ``deeds`` to ``target``, in the active or the passive voice."""
    active, passive = pick(stream, deeds)
    if chance(stream, 0.5):
        return f"{doer} {active.format(target)}"
    return f"{target} {passive.format(doer)}"


def _animals(stream: np.random.Generator, satire: bool) -> str:
    """People look after animals; in satire animals look after people."""
    person, animal = _described(stream, pick(stream, HANDLERS)), _described(stream, pick(stream, ANIMALS))
    return _reversal(stream, animal, person, CARE) if satire else _reversal(stream, person, animal, CARE)


def _ranks(stream: np.random.Generator, satire: bool) -> str:
    """Seniors command juniors; in satire the other way round."""
    senior, junior = _described(stream, pick(stream, SENIORS)), _described(stream, pick(stream, JUNIORS))
    return _reversal(stream, junior, senior, AUTHORITY) if satire else _reversal(stream, senior, junior, AUTHORITY)


def _furniture(stream: np.random.Generator, satire: bool) -> str:
    """People handle things; in satire things handle people."""
    person, thing = _described(stream, pick(stream, PEOPLE)), pick(stream, FURNITURE)
    return _reversal(stream, thing, person, HANDLING) if satire else _reversal(stream, person, thing, HANDLING)


def _events(stream: np.random.Generator, satire: bool) -> str:
    """Forces of nature disrupt small events; in satire small events disrupt forces of nature."""
    force, fixture = pick(stream, FORCES), pick(stream, FIXTURES)
    return _reversal(stream, fixture, force, DISRUPTION) if satire else _reversal(stream, force, fixture, DISRUPTION)


def _registers(stream: np.random.Generator, satire: bool) -> tuple[bool, bool]:
    """Return for two parts whether each is grand: different in satire, the same in the news."""
    first = chance(stream, SATIRE_GRAND_FIRST if satire else NEWS_GRAND)
    return first, first != satire


def _talks(stream: np.random.Generator, satire: bool) -> str:
    """Dignitaries negotiate treaties and households the thermostat; in satire they trade topics."""
    grand_people, grand_topic = _registers(stream, satire)
    people = _described(stream, pick(stream, DIGNITARIES if grand_people else HOUSEHOLD))
    return f"{people} {pick(stream, TALKS)} {pick(stream, TREATIES if grand_topic else TIFFS)}"


def _honours(stream: np.random.Generator, satire: bool) -> str:
    """Great deeds earn great honours and chores a nod; in satire they are mixed up."""
    grand_prize, grand_deed = _registers(stream, satire)
    prize, deed = pick(stream, LAURELS if grand_prize else THANKS), pick(stream, HEROICS if grand_deed else CHORES)
    return f"{_described(stream, pick(stream, PEOPLE))} {pick(stream, HONOURED).format(prize, deed)}"


def _emergencies(stream: np.random.Generator, satire: bool) -> str:
    """Rescue services meet disasters and handymen meet nuisances; in satire each meets the other."""
    grand_help, grand_trouble = _registers(stream, satire)
    helper = pick(stream, RESCUERS if grand_help else HELPERS)
    return f"{helper} {pick(stream, RESPONSE).format(pick(stream, DISASTERS if grand_trouble else NUISANCES))}"


def _projects(stream: np.random.Generator, satire: bool) -> str:
    """Monuments take years and trifles take minutes; in satire the other way round."""
    grand_time, grand_project = _registers(stream, satire)
    crew = _described(stream, pick(stream, CREWS))
    work = pick(stream, FINISHING).format(pick(stream, MONUMENTS if grand_project else TRIFLES))
    return f"{crew} {work} {pick(stream, NUMBERS)} {pick(stream, LONG if grand_time else SHORT)}"


def _exhibits(stream: np.random.Generator, satire: bool) -> str:
    """Treasures hang in halls and junk lies on stalls; in satire they change places."""
    grand_place, grand_thing = _registers(stream, satire)
    thing = pick(stream, TREASURES if grand_thing else JUNK)
    return f"{thing} {pick(stream, SHOWN).format(pick(stream, HALLS if grand_place else STALLS))}"


def _surveys(stream: np.random.Generator, satire: bool) -> str:
    """A survey finds that people like something; in satire it is what everyone knew."""
    people, subject = pick(stream, ENTHUSIASTS)
    if not satire:
        subject = pick(stream, [other for _, other in ENTHUSIASTS if other != subject])
    return pick(stream, SURVEYS).format(people, subject)


def _space(stream: np.random.Generator, satire: bool) -> str:
    """Astronomers find out how something far away is; in satire, that it is as everywhere."""
    thing, obvious = pick(stream, OBVIOUS)
    quality = obvious if satire else pick(stream, UNEXPECTED[thing])
    return f"{pick(stream, PROBES)} {thing} on {pick(stream, WORLDS)} is {quality}"


FAMILIES = (
    _animals,
    _ranks,
    _furniture,
    _events,
    _talks,
    _honours,
    _emergencies,
    _projects,
    _exhibits,
    _surveys,
    _space,
)
