"""What was just done, carried over one redirect: a cookie holds a code and an identifier, never a name or a text."""

from __future__ import annotations

import re

from telemed.web.views.frame import Flash, Tone, Undo

COOKIE = "telemed_flash"

_TEXTS: dict[str, tuple[str, Tone]] = {
    "signed-out": ("Vous êtes déconnecté.", Tone.FINE),
    "booked": ("Rendez-vous enregistré. Le lien part à l’instant.", Tone.FINE),
    "booked-silently": ("Rendez-vous enregistré. Aucun lien n’est envoyé.", Tone.FINE),
    "queued": ("Patient attendu. Son lien part à l’instant.", Tone.FINE),
    "queued-silently": ("Patient attendu. Aucun lien n’est envoyé.", Tone.FINE),
    "moved": ("Rendez-vous déplacé. Qui avait reçu un lien reçoit la nouvelle heure.", Tone.FINE),
    "cancelled": ("Rendez-vous annulé. Qui avait reçu un lien en est prévenu par message.", Tone.SOON),
    "restored": ("Rendez-vous rétabli. Qui avait reçu un lien en reçoit un autre.", Tone.FINE),
    "absent": ("Absence notée.", Tone.FINE),
    "link-sent": ("Un nouveau lien part à l’instant.", Tone.FINE),
    "links-revoked": ("Lien révoqué. Il ne fonctionne plus.", Tone.SOON),
    "activity-imported": ("Fichier importé : le plafond est recalculé.", Tone.FINE),
    "activity-known": ("Ce fichier était déjà importé : rien n’a changé.", Tone.SOON),
    "activity-withdrawn": ("Import retiré : ses actes ne comptent plus.", Tone.SOON),
    "derogation-recorded": ("Dérogation enregistrée : le plafond est recalculé.", Tone.FINE),
    "derogation-ended": ("Dérogation modifiée ; l’ancienne est gardée.", Tone.FINE),
    "activity-declared": ("Activité déclarée : le plafond est recalculé.", Tone.FINE),
    "invoiced": ("Facturée. Elle part dans le prochain lot de sa caisse.", Tone.FINE),
    "invoiced-all": ("Tout ce qui était prêt est facturé.", Tone.FINE),
    "invoiced-partly": ("Facturé, sauf ce qui est retenu : chaque raison est ci-dessous.", Tone.SOON),
    "invoiced-none": ("Rien n’a pu être facturé : chaque raison est ci-dessous.", Tone.SOON),
    "lots-sent": ("Lots envoyés, réponses relevées. La suite arrive d’elle-même.", Tone.FINE),
    "claim-completed": ("Montant enregistré avec son texte. La facture est prête.", Tone.FINE),
    "claim-corrected": ("Facture corrigée : elle attend d’être facturée de nouveau.", Tone.FINE),
    "claim-abandoned": ("Facture abandonnée.", Tone.SOON),
    "claim-abandoned-for-good": ("Facture abandonnée. Ce qui restait dû est annulé au compte.", Tone.SOON),
    "claim-restored": ("Facture reprise.", Tone.FINE),
    "claim-reversed": ("Facture annulée par une écriture contraire.", Tone.SOON),
    "paper-sent": ("Duplicata noté comme parti.", Tone.FINE),
    "payment-recorded": ("Paiement noté.", Tone.FINE),
    "insurance-saved": ("Assurance enregistrée.", Tone.FINE),
    "patient-created": ("Fiche créée.", Tone.FINE),
    "patients-merged": ("Dossiers réunis. Ce qui a été fait sous l’autre s’affiche ici.", Tone.FINE),
    "patients-parted": ("Dossiers séparés. Chacun a repris ce qui a été fait sous lui.", Tone.FINE),
    "patient-is-here": ("Le dossier demandé a été réuni à celui-ci.", Tone.SOON),
    "contact-saved": ("Contact enregistré.", Tone.FINE),
    "identity-checked": ("Contrôle d’identité enregistré.", Tone.FINE),
    "identity-doubted": ("Doute signalé. L’INS ne sort plus du cabinet.", Tone.SOON),
    "consent-recorded": ("Réponse du patient enregistrée.", Tone.FINE),
    "death-recorded": ("Décès noté. Les suivis à distance sont arrêtés.", Tone.SOON),
    "death-taken-back": ("Décès noté à tort\u00a0: c’est corrigé. Rien ne reprend de soi-même.", Tone.FINE),
    "saved": ("Enregistré.", Tone.FINE),
    "report-signed": ("Compte rendu signé et scellé.", Tone.FINE),
    "account-suspended": ("Compte suspendu. Ses sessions sont fermées.", Tone.SOON),
    "account-restored": ("Compte rétabli.", Tone.FINE),
    "session-closed": ("Session fermée.", Tone.FINE),
    "call-gone": ("Cet appel est terminé, ou un confrère y a répondu avant vous.", Tone.SOON),
    "call-declined": ("Appel refusé. Votre confrère en cherche un autre.", Tone.PLAIN),
    "call-over": ("Appel terminé. La demande reste ouverte jusqu’à l’avis.", Tone.FINE),
    "call-cancelled": ("Appel annulé. La demande suit son cours par écrit.", Tone.SOON),
    "case-sent": ("Demande envoyée. Le délai de réponse court.", Tone.FINE),
    "case-offered": ("Demande proposée à un autre confrère.", Tone.FINE),
    "case-accepted": ("Demande acceptée. À vous de rendre l’avis.", Tone.FINE),
    "case-accepted-unpaid": (
        "Demande acceptée. Le quota annuel de ce patient est atteint : l’avis pourra ne pas être facturé.",
        Tone.SOON,
    ),
    "case-passed": ("Demande proposée à votre confrère. Elle reste la vôtre jusqu’à sa réponse.", Tone.FINE),
    "case-picked": ("Demande prise pour votre équipe. Lisez-la, puis dites si vous l’acceptez.", Tone.FINE),
    "case-question-sent": ("Question posée. C’est au demandeur de répondre.", Tone.FINE),
    "case-informed": ("Précision envoyée. Votre confrère reprend la demande.", Tone.FINE),
    "case-message-sent": ("Message envoyé.", Tone.FINE),
    "case-refused": ("Demande refusée. Son auteur en est prévenu.", Tone.SOON),
    "case-withdrawn": ("Demande retirée. Qui l’avait reçue en est prévenu.", Tone.SOON),
    "case-dropped": ("Brouillon abandonné.", Tone.SOON),
    "case-resumed": ("Brouillon repris. Les pièces jointes sont à joindre de nouveau.", Tone.FINE),
    "case-closed": ("Demande close.", Tone.FINE),
    "case-answered": ("Avis signé et envoyé.", Tone.FINE),
    "pieces-joined": ("Pièces jointes au dossier.", Tone.FINE),
    "piece-removed": ("Pièce ôtée de la demande.", Tone.SOON),
    "piece-restored": ("Pièce remise dans la demande.", Tone.FINE),
    "piece-withdrawn": ("Pièce retirée. Chacun lit pourquoi, plus personne ne l’ouvre.", Tone.SOON),
    "present": ("Vous êtes disponible maintenant. Gardez cette page ouverte, ou une autre.", Tone.FINE),
    "absent-now": ("Vous n’êtes plus disponible maintenant.", Tone.SOON),
    "calendar-kept": ("Agenda importé\u00a0: ses horaires comptent dès maintenant.", Tone.FINE),
    "calendar-undone": ("Agenda retiré.", Tone.SOON),
    "hours-removed": ("Horaires retirés.", Tone.SOON),
    "line-created": ("Équipe créée. Invitez ceux qui y répondent.", Tone.FINE),
    "line-joined": ("Vous répondez désormais dans cette équipe.", Tone.FINE),
    "line-left": ("Vous ne répondez plus dans cette équipe.", Tone.SOON),
    "line-closed": ("Équipe fermée : plus rien ne lui est demandé.", Tone.SOON),
    "member-invited": ("Confrère ajouté. Celui d’un autre cabinet doit encore accepter.", Tone.FINE),
    "member-removed": (
        "Confrère retiré de l’équipe, avec ses horaires. Invitez-le de nouveau si c’est une erreur.",
        Tone.SOON,
    ),
    "hours-added": ("Horaires ajoutés.", Tone.FINE),
    "leave-added": ("Absence notée : rien ne vous sera proposé ces jours-là.", Tone.FINE),
    "case-corrected": (
        "Avis corrigé\u00a0: la nouvelle version remplace l’ancienne, chacun en est prévenu.",
        Tone.FINE,
    ),
    "template-used": ("Modèle ajouté à la suite de votre texte.", Tone.FINE),
    "template-kept": ("Modèle enregistré.", Tone.FINE),
    "template-removed": ("Modèle supprimé.", Tone.SOON),
    "alert-taken": ("Alerte prise\u00a0: elle est à vous.", Tone.FINE),
    "alerts-taken": ("Alertes prises\u00a0: elles sont à vous.", Tone.FINE),
    "alerts-partly-taken": ("Alertes prises, sauf celles qu’un collègue avait déjà.", Tone.SOON),
    "alerts-gone": ("Un collègue s’en occupe déjà.", Tone.SOON),
    "alert-released": ("Alerte rendue à l’équipe.", Tone.SOON),
    "alert-went-on": ("Cette alerte a avancé entre-temps\u00a0: rien n’est défait.", Tone.SOON),
    "alert-noted": ("Note ajoutée.", Tone.FINE),
    "alert-interpreted": ("Interprétation gardée. Il reste à décider.", Tone.FINE),
    "alert-decided": ("Décision gardée. Notez ce qui est fait, puis closez.", Tone.FINE),
    "alert-acted": ("Noté.", Tone.FINE),
    "alert-booked": ("Téléconsultation réservée. Le lien part à l’instant.", Tone.FINE),
    "alert-booked-silently": (
        "Téléconsultation réservée. Aucun lien n’est parti\u00a0: appelez le patient.",
        Tone.SOON,
    ),
    "alert-muted": ("Mise en sourdine. Une valeur plus grave la lève.", Tone.SOON),
    "alert-unmuted": ("Sourdine levée\u00a0: l’équipe sera prévenue.", Tone.FINE),
    "rule-kept": ("Règle active dès maintenant.", Tone.FINE),
    "rule-retired": ("Règle retirée\u00a0: elle ne prévient plus personne.", Tone.SOON),
    "alert-closed": ("Alerte close. Elle reste lisible parmi les closes.", Tone.FINE),
    "follow-up-begun": ("Brouillon commencé. Chaque étape le garde.", Tone.FINE),
    "follow-up-started": ("Suivi commencé. Ses mesures comptent dès maintenant.", Tone.FINE),
    "follow-up-dropped": ("Inscription abandonnée.", Tone.SOON),
    "follow-up-renewed": ("Prescription renouvelée.", Tone.FINE),
    "follow-up-suspended": ("Suivi suspendu : ses jours ailleurs ne sont pas du silence.", Tone.SOON),
    "follow-up-resumed": ("Retour noté. Le suivi reprend.", Tone.FINE),
    "follow-up-stopped": ("Suivi arrêté. Son rapport de fin attend d’être signé, sous « Rapports ».", Tone.SOON),
    "limits-set": ("Seuils posés : ils valent pour les mesures à venir.", Tone.FINE),
    "device-given": ("Dispositif confié. Créez son accès pour qu’il puisse envoyer.", Tone.FINE),
    "device-back": ("Dispositif repris. Ses accès sont révoqués.", Tone.SOON),
    "certificate-registered": ("Certificat enregistré. Qui le présente est ce dispositif.", Tone.FINE),
    "silence-set": ("Délai changé : il vaut dès maintenant.", Tone.FINE),
    "increase-asked": ("Demande gardée. La facturation juge chaque mois.", Tone.FINE),
    "device-retired": ("Dispositif hors d’usage. Ses accès sont révoqués.", Tone.SOON),
    "access-revoked": ("Accès révoqué. Il n’ouvre plus rien.", Tone.SOON),
    "history-kept": ("Mesures gardées : elles sont sur les courbes.", Tone.FINE),
    "history-dropped": ("Rien de ce fichier n’est gardé.", Tone.SOON),
    "history-undone": ("Mesures retirées. Elles ne comptent plus et restent lisibles.", Tone.SOON),
    "measure-confirmed": ("Mesure confirmée : elle compte, les règles la lisent.", Tone.FINE),
    "measure-rejected": ("Mesure écartée. Elle reste gardée, rien ne la lit.", Tone.SOON),
    "report-sealed": ("Rapport signé et scellé. Il part vers ceux à qui il est destiné.", Tone.FINE),
    "report-sent-again": ("Envoi demandé : le message part entre 8 h et 20 h.", Tone.FINE),
    "report-handed-over": ("Remise au patient notée.", Tone.FINE),
    "session-logged": ("Séance notée.", Tone.FINE),
    "entry-kept": ("Saisie enregistrée. Les règles du suivi l’ont lue.", Tone.FINE),
    "entry-corrected": ("Saisie corrigée. L’ancienne reste écrite.", Tone.FINE),
    "entry-taken-back": ("Saisie retirée. Aucune règle ne la lit plus ; elle reste écrite.", Tone.SOON),
    "asking-saved": ("Questionnaire réglé pour ce patient.", Tone.FINE),
    "asking-off": ("Ce questionnaire n’est plus posé à ce patient.", Tone.SOON),
    "questionnaire-imported": ("Questionnaire importé. Il peut être posé à vos patients.", Tone.FINE),
    "questionnaire-retired": ("Questionnaire retiré. Ce qui a été répondu reste.", Tone.SOON),
    "phone": ("Appel téléphonique noté.", Tone.FINE),
}
_UNDO = {
    "patients-merged": ("/patientele/{subject}/separer", "Séparer"),
    "cancelled": ("/rendez-vous/{subject}/retablir", "Rétablir"),
    "activity-imported": ("/facturation/plafond/imports/{subject}/retirer", "Retirer"),
    "claim-abandoned": ("/facturation/{subject}/reprendre", "Reprendre"),
    "piece-removed": ("/avis/pieces/{subject}/retablir", "Remettre"),
    "calendar-kept": ("/avis/disponibilites/agenda/{subject}/annuler", "Retirer"),
    "case-dropped": ("/avis/{subject}/reprendre", "Reprendre"),
    "case-withdrawn": ("/avis/{subject}/reprendre", "Reprendre en brouillon"),
    "alert-taken": ("/surveillance/rendre/{subject}", "Rendre"),
    "alerts-taken": ("/surveillance/rendre/{subject}", "Rendre"),
    "alerts-partly-taken": ("/surveillance/rendre/{subject}", "Rendre"),
    "history-kept": ("/surveillance/historiques/{subject}/retirer", "Retirer"),
    "rule-retired": ("/surveillance/regles/{subject}/remettre", "Remettre"),
    "alert-released": ("/surveillance/alertes/{subject}/prendre", "Reprendre"),
    "template-removed": ("/avis/modeles/{subject}/retablir", "Rétablir"),
}
_SHAPE = re.compile(r"([a-z-]{1,40})(?:\.([0-9a-f-]{36}(?:\.[0-9a-f-]{36}){0,49}))?", re.ASCII)
"""A code, and what it is about: an identifier, or those of a page of a list."""


def write(code: str, subject: str = "") -> str:
    """The cookie's value. Raises KeyError for a code that says nothing."""
    _ = _TEXTS[code]
    return f"{code}.{subject}" if subject else code


def read(value: str, *, back: str = "") -> Flash | None:
    """The sentence of a cookie's value, undone on the page `back`; None for one that is not ours."""
    match = _SHAPE.fullmatch(value)
    if not match or match[1] not in _TEXTS:
        return None
    text, tone = _TEXTS[match[1]]
    undo = None
    if match[1] in _UNDO and match[2]:
        action, label = _UNDO[match[1]]
        undo = Undo(action.format(subject=match[2]), label, back=back)
    return Flash(text, tone, undo)
