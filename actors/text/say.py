"""How one written word is said: amounts, units, addresses and signs.

Numbers stay digits: a voice reads them in its own language, and whether 1984 is a year or a count
only the sentence tells (a number speller such as num2words has to guess). What is changed here is
what voices read wrongly. Every rule is pure and total: it returns None when the word is none of its
business.
"""

import re
from collections.abc import Callable

from actors.text.language import Language, Money

Rule = Callable[[str, Language], str | None]

_LEAD = "([{\"'“‘«¿¡—"
_TAIL = ".,;:!?…)]}\"'”’»—"
_NUMBER = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d+(?:[.,]\d+)?"
_SIGNED = re.compile(r"(?P<sign>[-−+±~≈#<>≤≥]+)(?P<rest>.*\d.*)", re.DOTALL)
_AMOUNT = re.compile(rf"[-−+±~≈(]*[$€£¥₹]?(?:{_NUMBER})(?:[–-](?:{_NUMBER}))?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")
_MEASURE = re.compile(rf"(?P<number>{_NUMBER})\s?(?P<unit>[^\W\d_]\S*|°\S*)")
_MONEY_BEFORE = re.compile(rf"(?P<sign>[^\w\s.,-])(?P<number>{_NUMBER})\s?(?P<scale>[A-Za-z]*)")
_MONEY_AFTER = re.compile(rf"(?P<number>{_NUMBER})\s?(?P<sign>[^\w\s.,-]|[A-Z]{{3}})(?P<scale>)")
_RANGE = re.compile(
    r"(?P<low>[^\w\s–-]?\d[^\s–-]*)(?P<mark>[–-])(?P<high>[^\w\s–-]?\d[^\s–-]*(?: \S+)?)"
)
_PHONE = re.compile(r"(?:\+?\d{1,3}-)?(?:\d{3}-)?\d{3}-\d{4}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z+.-]*)://)?(?:[^\s/@]*@)?"
    r"(?P<host>[\w-]+(?:\.[\w-]+)+|localhost|\w+)(?::\d+)?(?P<path>[/?#]\S*)?",
    re.IGNORECASE,
)
_NAMED_HOST = re.compile(  # lower case at the end: "this.It" lacks a space
    r"[A-Za-z][\w-]*(?:\.[\w-]+)*"
    r"\.(?:com|org|net|edu|gov|info|io|dev|app|ai|co|eu|uk|de|fr|es|it|nl|ch|at|us|ca|au|jp|cn|in|br)"
)
_SLASHED = re.compile(r"[^/]*\w[^/]*(?:/[^/]*\w[^/]*)+")


def is_amount(word: str) -> bool:
    """Tell whether the next word may belong to this one, as in ``$5 million`` and ``5 km``."""
    return bool(_AMOUNT.fullmatch(word))


def joins_amount(word: str, language: Language) -> bool:
    """Tell whether this word, after an amount, is said together with it."""
    core = word.rstrip(_TAIL)
    tables = (language.units, language.scales, language.money)
    return core == "%" or any(core in table for table in tables)


def say_word(word: str, language: Language) -> str:
    """Return how the word is said; punctuation around it stays."""
    opened = word.lstrip(_LEAD)
    lead = word[: len(word) - len(opened)]
    short = opened.rstrip(",;:)")
    if short in language.abbreviations:
        return lead + language.abbreviations[short] + opened[len(short) :]
    core = opened.rstrip(_TAIL)
    return lead + _say_core(core, language) + opened[len(core) :]


def _say_core(core: str, language: Language) -> str:
    if core.isalpha() and core.isascii():
        return core
    for rule in _RULES:
        said = rule(core, language)
        if said is not None:
            return said
    return core


def _email(core: str, language: Language) -> str | None:
    if not _EMAIL.fullmatch(core):
        return None
    name, host = core.split("@")
    return f"{_dotted(name, language)} {language.at} {_dotted(host, language)}"


def _url(core: str, language: Language) -> str | None:
    match = _URL.fullmatch(core)
    if match is None:
        return None
    host = match["host"]
    if _NAMED_HOST.fullmatch(host):
        return _dotted(host.removeprefix("www."), language)
    return language.link if match["scheme"] else None


def _dotted(host: str, language: Language) -> str:
    return (
        host.replace(".", f" {language.dot} ")
        .replace("-", f" {language.dash} ")
        .replace("_", " ")
        .replace("+", f" {language.prefixes['+']} ")
    )


def _phone(core: str, language: Language) -> str | None:
    if not _PHONE.fullmatch(core):
        return None
    groups = core.lstrip("+").split("-")
    said = ", ".join(" ".join(group) for group in groups)
    return f"{language.prefixes['+']} {said}" if core.startswith("+") else said


def _money(core: str, language: Language) -> str | None:
    match = _MONEY_BEFORE.fullmatch(core) or _MONEY_AFTER.fullmatch(core)
    if match is None:
        return None
    money, scale = language.money.get(match["sign"]), match["scale"]
    if money is None or (scale and scale not in language.scales):
        return None
    number = _plain(match["number"])
    if scale:
        return f"{number} {language.scales[scale]} {money.many}"
    whole, _, cents = number.partition(".")
    if len(cents) == len("00") and money.minor_many:
        return _coins(whole, int(cents), money)
    return f"{number} {money.one if number == '1' else money.many}"


def _coins(whole: str, cents: int, money: Money) -> str:
    minor = f"{cents} {money.minor_one if cents == 1 else money.minor_many}"
    if not int(whole) and cents:
        return minor
    major = f"{whole} {money.one if whole == '1' else money.many}"
    if not cents:
        return major
    small = 10  # "12 dollars 5" would be heard as 12.50
    return f"{major} {minor}" if cents < small else f"{major} {cents}"


def _percent(core: str, language: Language) -> str | None:
    if not core.endswith("%"):
        return None
    return f"{_say_core(core[:-1].rstrip(), language)} {language.percent}".strip()


def _grouped(core: str, _language: Language) -> str | None:
    return _plain(core) if _GROUPED.fullmatch(core) else None


def _plain(number: str) -> str:
    """Take the thousands' commas out; a single comma that parts no thousands is a decimal one."""
    if _GROUPED.fullmatch(number):
        return number.replace(",", "")
    return number.replace(",", ".")


def _measure(core: str, language: Language) -> str | None:
    match = _MEASURE.fullmatch(core)
    if match is None or match["unit"] not in language.units:
        return None
    number = _plain(match["number"])
    one, many = language.units[match["unit"]]
    return f"{number} {one if number == '1' else many}"


def _range(core: str, language: Language) -> str | None:
    match = _RANGE.fullmatch(core)
    if match is None:
        return None
    low, high = match["low"], match["high"]
    if match["mark"] == "-" and not _is_range(low, high):
        return None
    if low[0] in language.money and high[0].isdigit():
        low = low[1:]
        high = core[0] + high
    return f"{_say_core(low, language)} {language.to} {_say_core(high, language)}"


def _is_range(low: str, high: str) -> bool:
    """Tell ``10-12`` and ``2019-2023`` from article numbers, whose two sides differ in length."""
    low_digits, high_digits = (re.sub(r"\D", "", side) for side in (low, high))
    lengths = len(low_digits), len(high_digits)
    is_short = max(lengths) <= len("10:30") and min(lengths) < len("100")
    return low[-1:].isalnum() and (is_short or lengths[0] == lengths[1])


def _signed(core: str, language: Language) -> str | None:
    match = _SIGNED.fullmatch(core)
    if match is None:
        return None
    signs = [language.prefixes[sign] for sign in match["sign"]]
    return " ".join([*signs, _say_core(match["rest"], language)])


def _slashed(core: str, language: Language) -> str | None:
    if core in language.fractions:
        return language.fractions[core]
    if not _SLASHED.fullmatch(core):
        return None
    parts = core.split("/")
    said = [_say_core(part, language) for part in parts]
    two = 2
    if len(parts) == two and all(part.isdigit() for part in parts):
        return f" {language.out_of} ".join(said)
    if any(part.isdigit() for part in parts[1:]):
        return " ".join(said)  # a date
    if any(map(str.isdigit, parts[0])):
        return f" {language.per} ".join(said)
    return f" {language.or_} ".join(said) if core.islower() else " ".join(said)


def _signs(core: str, language: Language) -> str | None:
    """Say the signs that stand in the word, each as a word of its own."""
    if not any(sign in core for sign in language.signs) and "@" not in core:
        return None
    said = "".join(
        f" {language.at if sign == '@' else language.signs[sign]} "
        if sign == "@" or sign in language.signs
        else sign
        for sign in core
    )
    return " ".join(said.split())


_RULES: tuple[Rule, ...] = (
    _email,
    _money,
    _measure,
    _percent,
    _grouped,
    _phone,
    _range,
    _signed,
    _url,
    _slashed,
    _signs,
)
