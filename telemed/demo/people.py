"""The people of the demonstration. None exists: numbers are those that the Arcep keeps for fiction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.kernel.caller import Role
from telemed.kernel.identifiers import nir_key


@dataclass(frozen=True)
class DemoProfessional:
    """Someone of the practice. `specialty` and `sector` are for doctors, `rpps` for all who care.

    `profession` (TRE_G15) is that of a health professional who is no doctor. `place` is his practice among PRACTICES.
    """

    login: str
    given_name: str
    family_name: str
    title: str
    role: Role
    specialty: str | None = None
    sector: str | None = None
    rpps: str | None = None
    profession: str | None = None
    place: int = 0


@dataclass(frozen=True)
class DemoHouse:
    """A practice: `address` is one line, `facility_type` of JDV_J02."""

    name: str
    address: str
    postal_code: str
    city: str
    phone: str
    facility_type: str


@dataclass(frozen=True)
class DemoPatient:
    """A patient with the five strict traits. `order` is the place on the births register; None leaves the matricule
    unknown. `complaint` is what past letters were about."""

    birth_name: str
    given_names: tuple[str, ...]
    used_given_name: str
    sex: str
    born_on: date
    born_in: str
    complaint: str
    used_name: str | None = None
    order: int | None = None

    def matricule(self) -> str | None:
        """A well-formed matricule that INSEE never gave: its births register entry does not exist."""
        if self.order is None:
            return None
        first = {"M": "1", "F": "2"}[self.sex]
        number = f"{first}{self.born_on:%y%m}{self.born_in}{self.order:03d}"
        return number + nir_key(number)


PRACTICES = (
    DemoHouse("Maison de santé des Tilleuls", "12 rue des Tilleuls", "37000", "Tours", "+33261910012", "SA52"),
    DemoHouse("Cabinet de dermatologie du Mail", "3 boulevard Heurteloup", "37000", "Tours", "+33261910034", "SA08"),
)
"""The first is where the demonstration lives; the second is asked for opinions."""
PASSWORD = "Tilleuls-en-fleur-2026"  # noqa: S105 - printed on the screen of a demonstration, valid nowhere else

PROFESSIONALS = (
    DemoProfessional(
        "claire.moreau", "Claire", "Moreau", "DR", Role.DOCTOR, "G15_10/SM54", "sector_1", rpps="10100000016"
    ),
    DemoProfessional(
        "karim.benali", "Karim", "Benali", "DR", Role.DOCTOR, "G15_10/SM15", "sector_2_optam", rpps="10100000024"
    ),
    DemoProfessional(
        "lucie.fontaine", "Lucie", "Fontaine", "DR", Role.DOCTOR, "G15_10/SM42", "sector_1", rpps="10100000032"
    ),
    DemoProfessional(
        "ines.marchand", "Inès", "Marchand", "MME", Role.HEALTH_PROFESSIONAL, rpps="10100000040", profession="60"
    ),
    DemoProfessional("sophie.garnier", "Sophie", "Garnier", "MME", Role.SECRETARY),
    DemoProfessional("marc.perrin", "Marc", "Perrin", "M", Role.AUDITOR),
    DemoProfessional("helene.roux", "Hélène", "Roux", "MME", Role.ADMINISTRATOR),
    DemoProfessional(
        "yves.legoff", "Yves", "Le Goff", "DR", Role.DOCTOR, "G15_10/SM15", "sector_1", rpps="10100000057", place=1
    ),
    DemoProfessional(
        "nadia.cherif", "Nadia", "Chérif", "DR", Role.DOCTOR, "G15_10/SM15", "sector_1", rpps="10100000065", place=1
    ),
    DemoProfessional("julie.morel", "Julie", "Morel", "MME", Role.ADMINISTRATOR, place=1),
)


def patient_from(
    names: str, sex: str, born_on: tuple[int, int, int], born_in: str, complaint: str, order: int | None = None
) -> DemoPatient:
    """`names` is `BIRTH_NAME, used given name, given names of the register[, used name]`."""
    birth_name, used_given_name, given_names, *used_name = (part.strip() for part in names.split(","))
    return DemoPatient(
        birth_name=birth_name,
        given_names=tuple(given_names.split()),
        used_given_name=used_given_name,
        sex=sex,
        born_on=date(*born_on),
        born_in=born_in,
        complaint=complaint,
        used_name=used_name[0] if used_name else None,
        order=order,
    )


PATIENTS = (
    patient_from("DURAND, Jeanne, JEANNE MARIE, Leroy", "F", (1955, 3, 12), "37261", "Tension et vertiges", 912),
    patient_from("PETIT, Karim, KARIM", "M", (2017, 4, 2), "75115", "Toux depuis trois jours"),
    patient_from("MARTIN, Bernard, BERNARD", "M", (1948, 11, 30), "45234", "Suivi du diabète", 934),
    patient_from("LEFEBVRE, Anaïs, ANAIS LOUISE", "F", (1992, 7, 8), "59350", "Migraines", 955),
    patient_from("GARCIA, Manuel, MANUEL", "M", (1967, 1, 19), "33063", "Lombalgie", 901),
    patient_from("ROUSSEAU, Camille, CAMILLE", "F", (2001, 5, 27), "44109", "Acné", 978),
    patient_from("NGUYEN, Linh, LINH", "F", (1984, 9, 14), "69123", "Anxiété", 923),
    patient_from("BERNARD, Paul, PAUL HENRI", "M", (1939, 2, 6), "37233", "Insuffisance cardiaque", 945),
    patient_from("FAURE, Élodie, ELODIE", "F", (1978, 12, 1), "13055", "Eczéma", 967),
    patient_from("HADDAD, Samir, SAMIR", "M", (1971, 8, 22), "99352", "Suites de sciatique", 989),
    patient_from("MERCIER, Louise, LOUISE", "F", (2020, 10, 3), "37261", "Fièvre"),
    patient_from("SANTOS, Maria, MARIA DE FATIMA", "F", (1959, 6, 16), "99139", "Arthrose", 990),
    patient_from("ROBIN, Thomas, THOMAS", "M", (1995, 3, 29), "86194", "Insomnie", 911),
    patient_from("GIRARD, Monique, MONIQUE, Blanc", "F", (1944, 4, 18), "18033", "Renouvellement", 922),
    patient_from("ANDRE, Hugo, HUGO", "M", (1988, 1, 11), "67482", "Psoriasis", 933),
    patient_from("BOYER, Françoise, FRANCOISE", "F", (1962, 9, 9), "87085", "Palpitations", 944),
    patient_from("DIALLO, Aminata, AMINATA", "F", (1999, 2, 23), "99335", "Grossesse, conseil", 966),
    patient_from("CHEVALIER, Gérard, GERARD", "M", (1951, 12, 24), "37152", "Anticoagulants", 977),
    patient_from("ROLLAND, Inès, INES", "F", (2009, 6, 30), "37261", "Angoisses scolaires"),
    patient_from("PAYET, Jean-Marie, JEAN-MARIE", "M", (1975, 5, 5), "97411", "Asthme", 988),
    patient_from("LUCIANI, Laetitia, LAETITIA", "F", (1981, 10, 17), "2A004", "Urticaire", 909),
)


def mobile_of(place: int) -> str:
    """The mobile number of the patient at this place of the list, kept for fiction by the Arcep."""
    return f"+3363998{place:04d}"


def email_of(patient: DemoPatient) -> str:
    """An address under a domain that never resolves."""
    given = patient.given_names[0].lower()
    return f"{given}.{patient.birth_name.lower()}@exemple.invalid"
