"""A simulated city: its calendar, its weather, the weather service's forecasts, and how many bikes are rented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exam.bank.metrics import Array
from exam.bank.series import autoregressive

HOURS = np.arange(24.0)
DECIMALS = {
    "rentals": 0,
    "temperature_c": 1,
    "rain_mm": 1,
    "free_day": 0,
    "temperature_tomorrow_c": 1,
    "rain_tomorrow_mm": 1,
    "free_tomorrow": 0,
}
FEATURES = tuple(DECIMALS)
HOLIDAYS = ("01-01", "05-01", "05-09", "10-03", "11-01", "12-25", "12-26")


@dataclass(frozen=True)
class City:
    """What stays the same in one city for years.

    Attributes:
        riders: rentals of an ordinary hour.
        morning: when most people ride to work, in hours after midnight.
        evening: when most of them ride home.
        leisure: the share of rides on a free day, compared with a working day.
        wet: how much one millimetre of rain in an hour discourages.
        mean_temperature: the year's mean, degrees Celsius.
    """

    riders: float
    morning: float
    evening: float
    leisure: float
    wet: float
    mean_temperature: float


def draw_city(stream: np.random.Generator) -> City:
    """Return a city with habits of its own."""
    return City(
        riders=stream.uniform(250, 400),
        morning=stream.uniform(7.3, 8.3),
        evening=stream.uniform(16.8, 17.8),
        leisure=stream.uniform(0.8, 1.0),
        wet=stream.uniform(1.5, 2.2),
        mean_temperature=stream.uniform(9, 12),
    )


def free_days(stream: np.random.Generator, dates: Array) -> Array:
    """Return 1. for weekends, holidays and the bridge days that this city takes off, else 0., (days,)."""
    weekend = (dates.astype(np.int64) + 3) % 7 >= 5  # 1 January 1970, day 0, was a Thursday
    holiday = np.isin([str(date)[5:] for date in dates], HOLIDAYS)
    extra = stream.random(len(dates)) < 0.03  # school holidays, strikes, the day before a holiday
    free: Array = (weekend | holiday | extra).astype(float)
    return free


def weather(stream: np.random.Generator, city: City, day_of_year: Array) -> tuple[Array, Array]:
    """Return temperature in degrees Celsius and how near rain is (below 0: dry), both (24 * days,)."""
    days = len(day_of_year)
    season = -9 * np.cos(2 * np.pi * (day_of_year - 20) / 365.25)
    daily = 4 * np.cos(2 * np.pi * (HOURS - 15) / 24)
    slow = autoregressive(stream, days * 24, 0.985, 3.5)
    cloud = autoregressive(stream, days * 24, 0.93, 1.0) - 1.1
    temperature = city.mean_temperature + (season[:, None] + daily).ravel() + slow - 1.5 * (cloud > 0)
    return temperature, cloud


def rain_from(cloud: Array) -> Array:
    """Return the rain of each hour in mm, same shape."""
    return 1.3 * np.maximum(cloud, 0)


def forecast(stream: np.random.Generator, temperature: Array, cloud: Array) -> tuple[Array, Array]:
    """Return what the weather service says of the same hour tomorrow: degrees Celsius and rain in mm, both (hours,).

    It is a degree or so wrong for hours on end, and sometimes expects rain that does not come.
    """
    warmer = np.roll(temperature, -24) + autoregressive(stream, len(cloud), 0.9, 1.2)
    nearer = np.roll(cloud, -24) + autoregressive(stream, len(cloud), 0.9, 0.3)
    return warmer, rain_from(nearer)


def wish_to_ride(city: City, free: Array) -> Array:
    """Return how busy each hour would be in pleasant weather, (days, 24), about 1 on average by day."""
    commute = 2.6 * _bump(city.morning, 1.0) + 2.4 * _bump(city.evening, 1.6) + 0.6 * _bump(13, 3)
    leisure = city.leisure * (1.7 * _bump(15, 3.2) + 0.7 * _bump(11, 2)) + 0.35 * _bump(0.5, 1.5)
    wish: Array = 0.06 + np.where(free[:, None] > 0, leisure, commute)
    return wish


def _bump(hour: float, width: float) -> Array:
    """Return a bell over the 24 hours of a day, 1 at ``hour``; midnight is not an end."""
    apart = np.abs(HOURS + 0.5 - hour)
    bell: Array = np.exp(-0.5 * (np.minimum(apart, 24 - apart) / width) ** 2)
    return bell


def simulate(stream: np.random.Generator, city: City, dates: Array) -> Array:
    """Return hourly values of ``FEATURES``, rounded as their sources publish them.

    Args:
        stream: the random generator of everything that happens by chance.
        city: the city.
        dates: consecutive days, datetime64[D], shape (days,). One more day is simulated, so that the last one has
            a tomorrow.

    Returns:
        float64 array, shape (24 * days, 7).
    """
    dates = np.append(dates, dates[-1] + 1)
    day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.float64)
    free = free_days(stream, dates)
    temperature, cloud = weather(stream, city, day_of_year)
    warmer, wetter = forecast(stream, temperature, cloud)
    rain = rain_from(cloud)
    pleasant = np.exp(-(((temperature - 23) / 14) ** 2))
    dry = 0.12 + 0.88 * np.exp(-city.wet * rain)
    mood = np.exp(autoregressive(stream, len(dates), 0.5, 0.08)).repeat(24)
    expected = city.riders * wish_to_ride(city, free).ravel() * (0.15 + pleasant) * dry * mood
    rentals = stream.poisson(expected * np.exp(stream.normal(0, 0.08, len(expected))))
    hourly = free.repeat(24)
    columns = (rentals, temperature, rain, hourly, warmer, wetter, np.roll(hourly, -24))
    rounded = [np.round(column, places) for column, places in zip(columns, DECIMALS.values(), strict=True)]
    return np.stack(rounded, axis=1)[:-24]
