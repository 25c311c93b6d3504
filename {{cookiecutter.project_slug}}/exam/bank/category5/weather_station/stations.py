"""Simulated weather stations: a climate of their own each, warm and cold spells, and a slowly warming century."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exam.bank.metrics import Array
from exam.bank.series import autoregressive

NAMES = ("harbour", "lakeside", "orchard", "village", "castle", "forest", "mountain", "summit")
COLDER_PER_METRE = 0.0065  # degrees Celsius: the standard atmosphere
FIRST_YEAR = 1931  # the warming counts from here


@dataclass(frozen=True)
class Station:
    """What stays the same at one station.

    Attributes:
        height: metres above the sea.
        mean: the mean of the year 1931, reduced to sea level, degrees Celsius.
        swing: half the difference between summer and winter, degrees Celsius.
        warmest: the warmest time of the year, in months after 1 January.
        restless: standard deviation of a month's departure from the season, degrees Celsius.
        warming: degrees Celsius each year.
    """

    height: int
    mean: float
    swing: float
    warmest: float
    restless: float
    warming: float


def draw_stations(stream: np.random.Generator) -> list[Station]:
    """Return a station for each of ``NAMES``, the lowest first; far from the sea, seasons differ more."""
    heights = np.linspace(10, 1700, len(NAMES)) + stream.integers(0, 150, len(NAMES))
    return [
        Station(
            height=int(height),
            mean=stream.uniform(9, 14),
            swing=(inland := stream.uniform(6, 13)),
            warmest=stream.uniform(6.3, 7.1),
            restless=0.8 + 0.08 * inland,
            warming=stream.uniform(0.01, 0.03),
        )
        for height in heights
    ]


def sea_level_temperatures(stream: np.random.Generator, station: Station, year: int, years: int) -> Array:
    """Return monthly means in degrees Celsius as if the station lay at sea level, (12 * years,), from January ``year``.

    A warm month is often followed by another one, winters are more changeable than summers, and several warm or cold
    years tend to follow each other.
    """
    month = np.arange(12 * years)
    season = np.cos(2 * np.pi * (month + 0.5 - station.warmest) / 12)
    spells = autoregressive(stream, len(month), 0.5, station.restless) * (1 - 0.3 * season)
    decades = autoregressive(stream, len(month), 0.98, 0.4)
    trend = station.warming * (year - FIRST_YEAR + month / 12)
    temperatures: Array = station.mean + station.swing * season + trend + decades + spells
    return temperatures
