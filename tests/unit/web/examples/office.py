"""Signing in, accounts, the trace, errors."""

from __future__ import annotations

from telemed.web.views import (
    enrolment,
    oversight,
    problems,
    sign_in,
)
from telemed.web.views.frame import (
    Badge,
    Choice,
    Form,
)
from tests.unit.web.examples.frames import (
    ADMINISTRATOR,
    AUDITOR,
    BLANK,
    DOCTOR,
    FINE,
    NOBODY,
    SOON,
    URGENT,
    Example,
    ago,
)

TRACE = oversight.TraceView(
    Form(),
    (
        oversight.TraceLine(
            1042, ago(1), "Dr Claire Martin", "Compte rendu signé", "acte 018f…c3", "soins", Badge("Fait", FINE)
        ),
        oversight.TraceLine(
            1041,
            ago(3),
            "Sophie Lambert",
            "Dossier consulté",
            "patient 018f…a1",
            "soins",
            Badge("Refusé", URGENT),
            "forbidden",
        ),
    ),
    next_page="/tracabilite?apres=x",
)


ACCOUNTS = oversight.AccountsView(
    (
        oversight.AccountLine(
            "1",
            "Dr Claire Martin",
            "Médecin",
            "10003461033",
            Badge("Actif", FINE),
            may_suspend=True,
        ),
        oversight.AccountLine(
            "2", "Sophie Lambert", "Secrétaire", "", Badge("Suspendu", SOON), may_invite=True, may_restore=True
        ),
    )
)


ACCOUNT_FORM = oversight.AccountFormView(
    Form({"nom": "Martin"}, {"roles": "Choisissez au moins un rôle."}),
    (Choice("doctor", "Médecin"), Choice("secretary", "Secrétaire")),
    (Choice("general", "Médecine générale"),),
    (Choice("sector_1", "Secteur 1"),),
    (Choice("60", "Infirmier"),),
)


PROBLEM = problems.ProblemView(
    404,
    "Cette page n’existe pas",
    "L’adresse est fausse, ou ce qu’elle montrait n’est pas à vous.",
    "Rien n’a été perdu.",
    "Reprenez depuis la page Aujourd’hui.",
    "/aujourdhui",
    "Aller à Aujourd’hui",
    request_id="018f-2c4e",
)


EXAMPLES: dict[str, Example] = {
    "connexion": Example("Connexion", "professional/sign_in.html", NOBODY, sign_in.SignInView()),
    "connexion-erreur": Example(
        "Connexion refusée",
        "professional/sign_in.html",
        NOBODY,
        sign_in.SignInView(
            Form(
                {"identifiant": "claire.martin"}, {"": "Identifiant ou mot de passe inconnu. Vérifiez et recommencez."}
            )
        ),
    ),
    "tracabilite": Example("Traçabilité", "professional/trace.html", AUDITOR, TRACE),
    "comptes": Example("Comptes", "professional/accounts.html", ADMINISTRATOR, ACCOUNTS),
    "compte-nouveau": Example("Nouveau compte", "professional/account_form.html", ADMINISTRATOR, ACCOUNT_FORM),
    "compte-cree": Example(
        "Compte créé",
        "professional/account_created.html",
        ADMINISTRATOR,
        oversight.InvitationView("Sophie Lambert", "https://exemple.fr/invitation/Zm9v", ago(-4000)),
    ),
    "mot-de-passe": Example(
        "Choisir un mot de passe", "professional/choose_password.html", NOBODY, enrolment.PasswordView("/invitation/x")
    ),
    "invitation-fermee": Example(
        "Invitation fermée",
        "professional/choose_password.html",
        NOBODY,
        enrolment.PasswordView("/invitation/x", is_gone=True),
    ),
    "second-facteur": Example(
        "Second facteur",
        "professional/second_factor.html",
        NOBODY,
        enrolment.SecondFactorView("/invitation/x", secret="JBSWY3DPEHPK3PXP", qr=BLANK),
    ),
    "codes-de-secours": Example(
        "Codes de secours",
        "professional/recovery_codes.html",
        NOBODY,
        enrolment.RecoveryView(("ABCD-EFGH-JKLM-NPQR", "STUV-WXYZ-2345-6789")),
    ),
    "sessions": Example(
        "Sessions",
        "professional/sessions.html",
        DOCTOR,
        oversight.SessionsView(
            (
                oversight.SessionLine("1", ago(200), ago(0), "Firefox sur Linux", is_current=True),
                oversight.SessionLine("2", ago(3000), ago(300), "Chrome sur Windows"),
            )
        ),
    ),
    "erreur": Example("Erreur", "errors/problem.html", NOBODY, PROBLEM),
}
