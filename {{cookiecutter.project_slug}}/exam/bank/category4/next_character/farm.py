"""A picture book of a farm, sentence by sentence, in small letters: what comes next often hangs on a word long ago.

"the old cow in the meadow says moo." Two letters before the end tell little; that it was a cow tells all. The same
holds for its young, its home, its food, for he and she, and for says and say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exam.bank.streams import pick


@dataclass(frozen=True)
class Animal:
    """What a picture book tells of one animal; all in small letters."""

    name: str
    plural: str
    sound: str
    young: str
    home: str
    food: str
    move: str


ANIMALS = (
    Animal("cow", "cows", "moo", "calf", "byre", "hay", "walks"),
    Animal("sheep", "sheep", "baa", "lamb", "fold", "clover", "wanders"),
    Animal("pig", "pigs", "oink", "piglet", "sty", "turnips", "trots"),
    Animal("duck", "ducks", "quack", "duckling", "pond", "bread", "waddles"),
    Animal("hen", "hens", "cluck", "chick", "coop", "corn", "struts"),
    Animal("dog", "dogs", "woof", "puppy", "kennel", "bones", "runs"),
    Animal("cat", "cats", "meow", "kitten", "basket", "fish", "creeps"),
    Animal("owl", "owls", "hoot", "owlet", "barn", "mice", "glides"),
    Animal("bee", "bees", "buzz", "grub", "hive", "nectar", "zooms"),
    Animal("horse", "horses", "neigh", "foal", "stable", "oats", "gallops"),
    Animal("frog", "frogs", "croak", "tadpole", "marsh", "flies", "jumps"),
    Animal("fox", "foxes", "yap", "cub", "den", "grapes", "sneaks"),
)
PEOPLE = (("anna", "she"), ("otto", "he"), ("eva", "she"), ("jack", "he"), ("ivy", "she"), ("tim", "he"))
LOOKS = ("old", "big", "small", "shy", "brown", "white", "happy", "lazy")
PLACES = ("by the gate", "in the rain", "on the hill", "at the well", "under the tree", "in the sun")
NUMBERS = ("two", "three", "four", "five", "six", "seven")


def story(stream: np.random.Generator, length: int) -> str:
    """Return at least ``length`` characters of sentences, one a line."""
    lines: list[str] = []
    size = 0
    while size < length:
        line = pick(stream, SENTENCES)(stream)
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines) + "\n"


def _says(stream: np.random.Generator) -> str:
    animal = pick(stream, ANIMALS)
    return f"the {pick(stream, LOOKS)} {animal.name} {pick(stream, PLACES)} says {animal.sound}."


def _say(stream: np.random.Generator) -> str:
    animal = pick(stream, ANIMALS)
    return f"{pick(stream, NUMBERS)} {animal.plural} {pick(stream, PLACES)} say {animal.sound}, {animal.sound}."


def _hear(stream: np.random.Generator) -> str:
    animal = pick(stream, ANIMALS)
    return f"who says {animal.sound} {pick(stream, PLACES)}? the {animal.name}."


def _young(stream: np.random.Generator) -> str:
    animal = pick(stream, ANIMALS)
    return f"the {animal.name} {pick(stream, PLACES)} calls her {animal.young}."


def _evening(stream: np.random.Generator) -> str:
    animal = pick(stream, ANIMALS)
    return f"at night the {pick(stream, LOOKS)} {animal.name} {animal.move} to the {animal.home}."


def _hungry(stream: np.random.Generator) -> str:
    animal, (person, pronoun) = pick(stream, ANIMALS), pick(stream, PEOPLE)
    return f"{person} has a hungry {animal.name}, so {pronoun} brings {animal.food}."


def _visit(stream: np.random.Generator) -> str:
    animal, (person, pronoun) = pick(stream, ANIMALS), pick(stream, PEOPLE)
    return f"when {person} visits the {animal.home}, {pronoun} sees the {animal.name}."


SENTENCES = (_says, _say, _hear, _young, _evening, _hungry, _visit)
