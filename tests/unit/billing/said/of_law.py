"""What is said of a file of the law that is not fit to be used."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from telemed.law.loader import LawError, parse_parameter

Scenarios = Mapping[str, object]
_FILE = """\
description: Un délai
unit: days
reviewed_on: 2026-11-22
values:
  2024-01-01:
    value: 3
    references:
      - title: Un texte
        address: https://exemple.fr/texte
    published_on: 2023-12-20
    certainty: confirmed
"""


def faults() -> Scenarios:
    def with_(old: str, new: str, more: str = "") -> object:
        assert old in _FILE
        try:
            return parse_parameter("essai", _FILE.replace(old, new) + more).values[0].quantity
        except (ValueError, yaml.YAMLError) as error:
            return str(error)

    listed = _FILE.replace("unit: days", "unit: labels")
    return {
        "entier": with_("value: 3", "value: 3"),
        "relu le jour de la publication": with_("2026-11-22", "2023-12-20"),
        "relu avant la publication": with_("2026-11-22", "2023-12-19"),
        "pas un dictionnaire": with_(_FILE, "3"),
        "clé inconnue, deux fois": with_("unit: days", "unit: days\nautre: 1\nb: 2"),
        "clés manquantes": with_("unit: days\nreviewed_on: 2026-11-22\n", ""),
        "clé écrite deux fois": with_("unit: days", "unit: days\nunit: days"),
        "clé qui n'est pas simple": with_("unit: days", "unit: days\n? [a, b]\n: 1"),
        "unité inconnue": with_("unit: days", "unit: seconds"),
        "valeurs qui ne sont pas un dictionnaire": with_(_FILE[_FILE.index("values:") :], "values: 3\n"),
        "aucune valeur": with_(_FILE[_FILE.index("values:") :], "values: {}\n"),
        "valeur qui n'est pas un dictionnaire": with_(_FILE[_FILE.index("  2024-01-01:") :], "  2024-01-01: 3\n"),
        "jour en mots": with_("2024-01-01:", "hier:"),
        "description vide": with_("Un délai", "' '"),
        "note vide": with_("certainty: confirmed", "certainty: disputed\n    note: ''"),
        "note manquante": with_("certainty: confirmed", "certainty: disputed"),
        "certitude inconnue": with_("certainty: confirmed", "certainty: sure"),
        "certitude en nombre": with_("certainty: confirmed", "certainty: 3"),
        "confirmée sans publication": with_("published_on: 2023-12-20", "published_on: null"),
        "ni valeur ni territoires": with_("    value: 3\n", ""),
        "territoires vides": with_("value: 3", "territories: {}"),
        "territoires en liste": with_("value: 3", "territories: [metropole]"),
        "territoire inconnu": with_("value: 3", "territories: {corse: 3}"),
        "territoire en nombre": with_("value: 3", "territories: {1: 3}"),
        "non établie, faux": with_("value: 3", "not_established: false"),
        "non établie, sans note": with_("value: 3", "not_established: true"),
        "référence en mots": with_(
            "      - title: Un texte\n        address: https://exemple.fr/texte\n", "      - texte\n"
        ),
        "référence sans titre": with_("title: Un texte", "title: 3"),
        "référence sans adresse": with_("https://exemple.fr/texte", "3"),
        "adresse ailleurs": with_("https://exemple.fr/texte", "ftp://exemple.fr"),
        "jours dans le désordre": with_(_FILE, _FILE, "  2023-01-01:\n" + _FILE[_FILE.index("    value: 3") :]),
        "première valeur qui finit": with_("value: 3", "value: null"),
        "virgule": with_("value: 3", "value: 3.5"),
        "renvoi": with_("value: 3", "value: &x 3\n    note: *x"),
        "code en nombre": with_("unit: days", "unit: code"),
        "libellés en nombre": with_(_FILE, listed),
        "libellé vide": with_(_FILE, listed.replace("value: 3", "value: {a: ' '}")),
        "code de libellé en nombre": with_(_FILE, listed.replace("value: 3", "value: {1: un}")),
        "plusieurs fautes": str(LawError(["a: une faute", "b: une autre"])),
    }
