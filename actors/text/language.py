"""The words a language needs to say what is only written.

Rules stand in ``actors.text.say``; everything they say or recognise that belongs to a language is
in one table, so another language is another table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Money:
    """How a currency is said: one, several, and its hundredth (empty where it has none)."""

    one: str
    many: str
    minor_one: str = ""
    minor_many: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What the rules say in one language."""

    dot: str
    at: str
    dash: str
    link: str
    per: str
    to: str
    or_: str
    out_of: str
    percent: str
    number: str
    money: Mapping[str, Money] = field(default_factory=dict[str, Money])
    """By the sign before or after the amount."""
    scales: Mapping[str, str] = field(default_factory=dict[str, str])
    """After an amount of money: ``$5m``, ``$5 million``."""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """One and several; left out is what reads otherwise after a number: ``5 in all``, ``1990s``."""
    fractions: Mapping[str, str] = field(default_factory=dict[str, str])
    signs: Mapping[str, str] = field(default_factory=dict[str, str])
    """Signs that are said wherever they stand alone or inside a word."""
    prefixes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Signs that are said before a number."""
    abbreviations: Mapping[str, str] = field(default_factory=dict[str, str])
    """Read out in full, as most voices do not."""


ENGLISH = Language(
    dot="dot",
    at="at",
    dash="dash",
    link="a link",
    per="per",
    to="to",
    or_="or",
    out_of="out of",
    percent="percent",
    number="number",
    money={
        "$": Money("dollar", "dollars", "cent", "cents"),
        "€": Money("euro", "euros", "cent", "cents"),
        "£": Money("pound", "pounds", "penny", "pence"),
        "¥": Money("yen", "yen"),
        "₹": Money("rupee", "rupees", "paisa", "paise"),
        "USD": Money("dollar", "dollars", "cent", "cents"),
        "EUR": Money("euro", "euros", "cent", "cents"),
        "GBP": Money("pound", "pounds", "penny", "pence"),
    },
    scales={
        "k": "thousand",
        "K": "thousand",
        "m": "million",
        "M": "million",
        "bn": "billion",
        "B": "billion",
        "tn": "trillion",
        "hundred": "hundred",
        "thousand": "thousand",
        "million": "million",
        "billion": "billion",
        "trillion": "trillion",
    },
    units={
        "mm": ("millimetre", "millimetres"),
        "cm": ("centimetre", "centimetres"),
        "m": ("metre", "metres"),
        "km": ("kilometre", "kilometres"),
        "m²": ("square metre", "square metres"),
        "m2": ("square metre", "square metres"),
        "ft": ("foot", "feet"),
        "mi": ("mile", "miles"),
        "mg": ("milligram", "milligrams"),
        "g": ("gram", "grams"),
        "kg": ("kilogram", "kilograms"),
        "lb": ("pound", "pounds"),
        "lbs": ("pound", "pounds"),
        "oz": ("ounce", "ounces"),
        "ml": ("millilitre", "millilitres"),
        "l": ("litre", "litres"),
        "L": ("litre", "litres"),
        "ms": ("millisecond", "milliseconds"),
        "sec": ("second", "seconds"),
        "min": ("minute", "minutes"),
        "mins": ("minute", "minutes"),
        "h": ("hour", "hours"),
        "hr": ("hour", "hours"),
        "hrs": ("hour", "hours"),
        "km/h": ("kilometre per hour", "kilometres per hour"),
        "mph": ("mile per hour", "miles per hour"),
        "m/s": ("metre per second", "metres per second"),
        "Hz": ("hertz", "hertz"),
        "kHz": ("kilohertz", "kilohertz"),
        "W": ("watt", "watts"),
        "kW": ("kilowatt", "kilowatts"),
        "kWh": ("kilowatt hour", "kilowatt hours"),
        "KB": ("kilobyte", "kilobytes"),
        "MB": ("megabyte", "megabytes"),
        "GB": ("gigabyte", "gigabytes"),
        "°": ("degree", "degrees"),
        "°C": ("degree Celsius", "degrees Celsius"),
        "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    },
    fractions={
        "1/2": "one half",
        "1/3": "one third",
        "2/3": "two thirds",
        "1/4": "one quarter",
        "3/4": "three quarters",
        "24/7": "24 7",
        "½": "one half",
        "⅓": "one third",
        "⅔": "two thirds",
        "¼": "one quarter",
        "¾": "three quarters",
    },
    signs={
        "&": "and",
        "=": "equals",
        "≠": "is not",
        "≈": "about",
        "×": "times",
        "÷": "divided by",
        "→": "to",
        "⇒": "so",
        "°": "degrees",
        "²": "squared",
        "³": "cubed",
        "€": "euros",
        "£": "pounds",
        "№": "number",
        "§": "section",
    },
    prefixes={
        "-": "minus",
        "−": "minus",
        "+": "plus",
        "±": "plus or minus",
        "~": "about",
        "≈": "about",
        "#": "number",
        "<": "less than",
        ">": "more than",
        "≤": "at most",
        "≥": "at least",
    },
    abbreviations={
        "e.g.": "for example",
        "i.e.": "that is",
        "vs.": "versus",
        "vs": "versus",
        "approx.": "approximately",
        "and/or": "and or",
        "n/a": "not applicable",
        "w/": "with",
        "w/o": "without",
    },
)
