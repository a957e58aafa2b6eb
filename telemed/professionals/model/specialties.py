"""Specialties as the CI-SIS codes them (JDV_J01, XDS authorSpecialty): code, official label, words for screens."""

from __future__ import annotations

from dataclasses import dataclass

CODE_SYSTEM = "1.2.250.1.213.1.1.4.5"


@dataclass(frozen=True)
class Specialty:
    """`code` such as `G15_10/SM26`; `display_name` is the value set's own label; `label` is for people."""

    code: str
    display_name: str
    label: str


def _doctor(code: str, official: str, label: str) -> Specialty:
    return Specialty(f"G15_10/{code}", f"Médecin - {official} (SM)", label)


_ALL = (
    Specialty("G15_10", "Médecin", "Médecine"),
    _doctor("SM02", "Anesthésie-réanimation", "Anesthésie-réanimation"),
    _doctor("SM04", "Cardiologie et maladies vasculaires", "Cardiologie"),
    _doctor("SM05", "Chirurgie générale", "Chirurgie générale"),
    _doctor("SM06", "Chirurgie maxillo-faciale", "Chirurgie maxillo-faciale"),
    _doctor("SM07", "Chirurgie maxillo-faciale et Stomatologie", "Chirurgie maxillo-faciale et stomatologie"),
    _doctor("SM08", "Chirurgie orthopédique et Traumatologie", "Chirurgie orthopédique"),
    _doctor("SM09", "Chirurgie infantile", "Chirurgie infantile"),
    _doctor("SM12", "Chirurgie urologique", "Urologie"),
    _doctor("SM13", "Chirurgie vasculaire", "Chirurgie vasculaire"),
    _doctor("SM14", "Chirurgie viscérale et digestive", "Chirurgie viscérale et digestive"),
    _doctor("SM15", "Dermatologie et Vénéréologie", "Dermatologie"),
    _doctor("SM16", "Endocrinologie et métabolisme", "Endocrinologie"),
    _doctor("SM17", "Génétique médicale", "Génétique médicale"),
    _doctor("SM18", "Gériatrie", "Gériatrie"),
    _doctor("SM19", "Gynécologie médicale", "Gynécologie médicale"),
    _doctor("SM20", "Gynécologie-obstétrique", "Gynécologie-obstétrique"),
    _doctor("SM21", "Hématologie", "Hématologie"),
    _doctor("SM24", "Gastro-entérologie et hépatologie", "Gastro-entérologie"),
    _doctor("SM25", "Médecine du travail", "Médecine du travail"),
    _doctor("SM26", "Qualifié en Médecine Générale", "Médecine générale"),
    _doctor("SM27", "Médecine interne", "Médecine interne"),
    _doctor("SM29", "Médecine physique et réadaptation", "Médecine physique et de réadaptation"),
    _doctor("SM30", "Néphrologie", "Néphrologie"),
    _doctor("SM31", "Neuro-chirurgie", "Neurochirurgie"),
    _doctor("SM32", "Neurologie", "Neurologie"),
    _doctor("SM33", "Neuro-psychiatrie", "Neuropsychiatrie"),
    _doctor("SM34", "ORL et Chirurgie cervico-faciale", "ORL et chirurgie cervico-faciale"),
    _doctor("SM36", "Oncologie, opt médicale", "Oncologie médicale"),
    _doctor("SM37", "Oncologie, opt radiothérapie", "Radiothérapie"),
    _doctor("SM38", "Ophtalmologie", "Ophtalmologie"),
    _doctor("SM39", "Oto-rhino-laryngologie", "Oto-rhino-laryngologie"),
    _doctor("SM40", "Pédiatrie", "Pédiatrie"),
    _doctor("SM41", "Pneumologie", "Pneumologie"),
    _doctor("SM42", "Psychiatrie", "Psychiatrie"),
    _doctor("SM43", "Psychiatrie, opt enfant et adolescent", "Psychiatrie de l'enfant et de l'adolescent"),
    _doctor("SM44", "Radio-diagnostic", "Radiologie"),
    _doctor("SM48", "Rhumatologie", "Rhumatologie"),
    _doctor("SM49", "Santé publique et Médecine sociale", "Santé publique"),
    _doctor("SM50", "Stomatologie", "Stomatologie"),
    _doctor("SM53", "Spécialiste en Médecine Générale", "Médecine générale"),
    _doctor("SM54", "Médecine Générale", "Médecine générale"),
    _doctor("SM56", "Chirurgie orale", "Chirurgie orale"),
    _doctor("SM57", "Allergologie", "Allergologie"),
    _doctor("SM58", "Maladies infectieuses et tropicales", "Maladies infectieuses et tropicales"),
    _doctor("SM59", "Médecine d'urgence", "Médecine d'urgence"),
    _doctor("SM61", "Médecine vasculaire", "Médecine vasculaire"),
    _doctor("SM62", "Endocrinologie, diabétologie, nutrition", "Endocrinologie, diabétologie et nutrition"),
    _doctor("SM73", "Médecine cardiovasculaire", "Cardiologie"),
    _doctor("SM92", "Psychiatrie option enfant et adolescent", "Psychiatrie de l'enfant et de l'adolescent"),
    _doctor("SM93", "Psychiatrie option psychiatrie personne âgée", "Psychiatrie de la personne âgée"),
    Specialty("G15_21", "Pharmacien", "Pharmacie"),
    Specialty("G15_40", "Chirurgien-Dentiste", "Chirurgie dentaire"),
    Specialty("G15_50", "Sage-Femme", "Maïeutique"),
    Specialty("G15_60", "Infirmier", "Soins infirmiers"),
    Specialty("G15_70", "Masseur-Kinésithérapeute", "Masso-kinésithérapie"),
    Specialty("G15_80", "Pédicure-Podologue", "Pédicurie-podologie"),
    Specialty("G15_91", "Orthophoniste", "Orthophonie"),
)
SPECIALTIES = {specialty.code: specialty for specialty in _ALL}


def find_specialty(code: str) -> Specialty | None:
    """The specialty of a JDV_J01 code; None if it is not one that we know."""
    return SPECIALTIES.get(code)
