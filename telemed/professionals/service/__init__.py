"""Use cases of practices, professionals, sign-in and sessions."""

from telemed.professionals.service.access import require_act_professional
from telemed.professionals.service.directory import PracticeService, ProfessionalService
from telemed.professionals.service.enrolment import EnrolmentService, SecondFactor
from telemed.professionals.service.password_sign_in import PasswordAndCode, PasswordSignIn
from telemed.professionals.service.sessions import SessionService
from telemed.professionals.service.sign_in import SignInService

__all__ = [
    "EnrolmentService",
    "PasswordAndCode",
    "PasswordSignIn",
    "PracticeService",
    "ProfessionalService",
    "SecondFactor",
    "SessionService",
    "SignInService",
    "require_act_professional",
]
