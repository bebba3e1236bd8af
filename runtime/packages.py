"""Whether the five packages are our own: their names are generic (decision 0001).

It needs nothing but the standard library, so that it can speak before a foreign package is
imported in place of ours.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from runtime.errors import UserError

PACKAGES: Final = ("supervision", "actors", "providers", "transports", "runtime")
DISTRIBUTION: Final = "understudy"


def refuse_foreign(packages: tuple[str, ...] = PACKAGES) -> None:
    """Refuse to go on with somebody else's package of the same name; takes a millisecond.

    Raises:
        UserError: one of the packages is missing, or does not stand beside this one.
    """
    home = Path(__file__).resolve().parent.parent
    for package in packages:
        found = importlib.util.find_spec(package)
        places = [] if found is None else list(found.submodule_search_locations or ())
        if [Path(place).resolve() for place in places] != [home / package]:
            where = places[0] if places else "nowhere"
            problem = f"the package {package!r} is not Understudy's own: it comes from {where}"
            raise UserError(f"{problem}; {_cure(foreign_owners(package, installed()))}")


def shared_folders(owners: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which of our packages another distribution has put files into, too.

    Two wheels with one folder merge without a word.
    """
    return [
        f"the package {package!r} is also brought by the distribution {', '.join(foreign)}; "
        f"{_cure(foreign)}"
        for package in PACKAGES
        if (foreign := foreign_owners(package, owners))
    ]


def installed() -> Mapping[str, Sequence[str]]:
    """Return the distributions by the packages they bring; looks through all that is installed."""
    return metadata.packages_distributions()


def foreign_owners(package: str, owners: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the distributions other than ours that bring this package."""
    return sorted(set(owners.get(package, ())) - {DISTRIBUTION})


def _cure(foreign: Sequence[str]) -> str:
    if foreign:
        return f"pip uninstall {' '.join(foreign)}, or give Understudy an environment of its own"
    return "rename it, or call the command from another folder"
