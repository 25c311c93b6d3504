"""A simulated household: who is at home, what runs, how cold it is, and what the electricity meter shows each hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exam.bank.metrics import Array
from exam.bank.series import autoregressive

HOURS = np.arange(24.0)
DECIMALS = {
    "active_power_kw": 3,
    "reactive_power_kvar": 3,
    "voltage_v": 2,
    "current_a": 2,
    "kitchen_wh": 0,
    "laundry_wh": 0,
    "heating_water_wh": 0,
}
FEATURES = tuple(DECIMALS)


@dataclass(frozen=True)
class Household:
    """What stays the same in one household for years.

    Attributes:
        wake: when the people get up on a weekday, in hours after midnight.
        back: when they come home on a weekday.
        dinner: when they cook.
        standby: what the house draws when nothing happens, W.
        heating: electric heating for each degree below 17 degrees Celsius outside, W.
        cooling: air conditioning for each degree above 24 degrees Celsius outside, W.
        wash: the share of weekdays on which the washing machine runs.
        mean_temperature: the year's mean outside, degrees Celsius.
    """

    wake: float
    back: float
    dinner: float
    standby: float
    heating: float
    cooling: float
    wash: float
    mean_temperature: float


def draw_household(stream: np.random.Generator) -> Household:
    """Return a household with habits and equipment of its own."""
    return Household(
        wake=stream.uniform(6.0, 7.0),
        back=stream.uniform(16.5, 17.5),
        dinner=stream.uniform(18.3, 19.3),
        standby=stream.uniform(150, 220),
        heating=stream.uniform(75, 95),
        cooling=stream.uniform(90, 130),
        wash=stream.uniform(0.25, 0.4),
        mean_temperature=stream.uniform(11, 13),
    )


def share_of_hours(start: Array, end: Array) -> Array:
    """Return which share of each hour lies between ``start`` and ``end`` (both (days,), in hours): (days, 24)."""
    shares: Array = np.clip(np.minimum(end[:, None], HOURS + 1) - np.maximum(start[:, None], HOURS), 0, 1)
    return shares


def runs(stream: np.random.Generator, chance: Array, start: Array, hours: float, watts: float) -> Array:
    """Return the Wh of an appliance, (days, 24), that runs at most once a day, about at ``start``.

    Args:
        stream: the random generator.
        chance: the probability that it runs on each day, (days,).
        start: the usual starting time of each day in hours, (days,).
        hours: how long it usually runs.
        watts: how much it usually draws.
    """
    days = len(chance)
    length = hours * stream.uniform(0.7, 1.3, days)
    begin = np.clip(stream.normal(start, 0.6), 0, 24 - length)
    drawn = watts * stream.uniform(0.8, 1.2, days) * (stream.random(days) < chance)
    energy: Array = drawn[:, None] * share_of_hours(begin, begin + length)
    return energy


def weather(stream: np.random.Generator, home: Household, day_of_year: Array) -> Array:
    """Return the temperature outside in degrees Celsius, (days, 24): season, time of day and slow changes."""
    days = len(day_of_year)
    season = -9 * np.cos(2 * np.pi * (day_of_year - 20) / 365.25)
    daily = 3.5 * np.cos(2 * np.pi * (HOURS - 15) / 24)
    slow = autoregressive(stream, days * 24, 0.985, 3.5).reshape(days, 24)
    outside: Array = home.mean_temperature + season[:, None] + daily + slow
    return outside


def presence(stream: np.random.Generator, home: Household, weekend: Array) -> Array:
    """Return which share of each hour people are at home and awake, (days, 24)."""
    wake = stream.normal(home.wake + 2.0 * weekend, 0.3)
    sleep = np.minimum(stream.normal(22.7 + 0.8 * weekend, 0.4), 24)
    leave = wake + stream.uniform(1.2, 1.8, len(weekend))
    back = stream.normal(home.back, 0.6, len(weekend))
    out = share_of_hours(leave, back) * np.where(weekend, 0.35, 1.0)[:, None]
    awake: Array = share_of_hours(wake, sleep) - out
    return awake


def kitchen(stream: np.random.Generator, home: Household, weekend: Array) -> Array:
    """Return the Wh of oven, hob, kettle and dishwasher, (days, 24)."""
    breakfast = runs(stream, np.where(weekend, 0.9, 0.8), home.wake + 0.4 + 2.0 * weekend, 0.4, 1200)
    lunch = runs(stream, np.where(weekend, 0.8, 0.05), np.full(len(weekend), 12.3), 0.8, 1400)
    dinner = runs(stream, np.where(weekend, 0.8, 0.9), np.full(len(weekend), home.dinner), 1.1, 1500)
    dishes = runs(stream, np.where(weekend, 0.7, 0.55), np.full(len(weekend), home.dinner + 1.7), 1.5, 650)
    return breakfast + lunch + dinner + dishes


def laundry(stream: np.random.Generator, home: Household, weekend: Array, outside: Array) -> Array:
    """Return the Wh of fridge, washing machine and dryer, (days, 24)."""
    fridge = 55 + 1.5 * np.maximum(outside - 10, 0) + stream.normal(0, 6, outside.shape)
    chance = np.where(weekend, 0.75, home.wash)
    start = np.where(weekend, 10.5, home.back + 0.7)
    washing = runs(stream, chance, start, 1.8, 500)
    dried = (washing.sum(axis=1) > 0) * 0.6
    washed: Array = fridge + washing + runs(stream, dried, start + 2.2, 1.2, 1300)
    return washed


def heating_water(stream: np.random.Generator, home: Household, outside: Array, awake: Array) -> Array:
    """Return the Wh of electric heating, air conditioning and the hot-water boiler, (days, 24)."""
    days = len(outside)
    warmth = 0.45 + 0.55 * awake  # the thermostat is turned down at night and when nobody is at home
    heating = home.heating * np.maximum(17 - outside, 0) * warmth
    cooling = home.cooling * np.maximum(outside - 24, 0) * awake
    # The boiler heats up at the night tariff, longer when more was used, and once more after the showers.
    night = runs(stream, np.ones(days), np.full(days, 1.5), 2.5, 1500)
    morning = runs(stream, np.full(days, 0.85), np.full(days, home.wake + 0.8), 0.9, 1300)
    unsteady = np.exp(stream.normal(0, 0.12, outside.shape))
    warmed: Array = (heating + cooling) * unsteady + night + morning
    return warmed


def lights_and_screens(stream: np.random.Generator, home: Household, awake: Array, day_of_year: Array) -> Array:
    """Return the Wh of everything that no sub-meter counts, (days, 24)."""
    days = len(awake)
    half_day = 6 - 2.2 * np.cos(2 * np.pi * (day_of_year + 10) / 365.25)  # from noon to sunset, hours
    dark = 1 - share_of_hours(12.5 - half_day, 12.5 + half_day)
    busy = np.exp(autoregressive(stream, days, 0.6, 0.25))[:, None]  # some days, and their neighbours, are busier
    mood = np.exp(autoregressive(stream, days * 24, 0.6, 0.25)).reshape(days, 24)
    standby = home.standby * np.exp(stream.normal(0, 0.06, awake.shape))
    drawn: Array = standby + awake * (260 + 240 * dark) * busy * mood
    return drawn


def supply(stream: np.random.Generator, drawn: Array, motors: Array) -> tuple[Array, Array, Array]:
    """Return reactive power (kvar), voltage (V) and current (A), each (days, 24).

    Args:
        stream: the random generator.
        drawn: active power, kW.
        motors: the part of it that drives motors, kW; motors take most of the reactive power.
    """
    days = len(drawn)
    unsteady = np.abs(autoregressive(stream, days * 24, 0.7, 0.04)).reshape(days, 24)
    reactive = 0.06 + 0.25 * motors + 0.03 * drawn + unsteady
    neighbours = 1.8 * np.exp(-(((HOURS - 19) / 3) ** 2)) + 1.2 * np.exp(-(((HOURS - 8) / 2) ** 2))
    grid = autoregressive(stream, days * 24, 0.9, 1.0).reshape(days, 24)
    voltage = 241.5 + grid - neighbours - 0.5 * drawn
    # Apparent power is the hypotenuse of active and reactive power, and voltage times current.
    return reactive, voltage, 1000 * np.hypot(drawn, reactive) / voltage


def simulate(stream: np.random.Generator, home: Household, dates: Array) -> Array:
    """Return hourly readings of ``FEATURES``, rounded like a meter's display.

    Args:
        stream: the random generator of everything that happens by chance.
        home: the household.
        dates: consecutive days, datetime64[D], shape (days,).

    Returns:
        float64 array, shape (24 * days, 7), in the units that the names of ``FEATURES`` end in.
    """
    weekend = (dates.astype(np.int64) + 3) % 7 >= 5  # 1 January 1970, day 0, was a Thursday
    day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.float64)
    outside = weather(stream, home, day_of_year)
    awake = presence(stream, home, weekend)
    cooked = kitchen(stream, home, weekend)
    washed = laundry(stream, home, weekend, outside)
    warmed = heating_water(stream, home, outside, awake)
    rest = lights_and_screens(stream, home, awake, day_of_year)
    drawn = (cooked + washed + warmed + rest) / 1000
    reactive, voltage, current = supply(stream, drawn, washed / 1000)
    columns = (drawn, reactive, voltage, current, cooked, washed, warmed)
    rounded = [np.round(column.ravel(), places) for column, places in zip(columns, DECIMALS.values(), strict=True)]
    return np.stack(rounded, axis=1)
