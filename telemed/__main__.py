"""Command line: serve, demo, migrate, check-law, verify-trace, verify-document, openapi, keys."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import uvloop
from aiohttp import web

from telemed.api import logs
from telemed.app import accounts, build_app, build_services, open_database, openapi_document
from telemed.app.documents import open_keys_of_seals
from telemed.demo import command as demo_command
from telemed.demo.devices import command as simulation_command
from telemed.documents.service import read_sealed_files, verify_files
from telemed.kernel.errors import DomainError
from telemed.law import check as law_check
from telemed.security.signing import PublicKey, SealVerifier, open_seal_keys
from telemed.settings import Environment, Settings, SettingsError, make_key
from telemed.storage import migrate
from telemed.trace.formats import verify_lines
from telemed.trace.model import Verification


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = make_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (SettingsError, DomainError) as err:
        print(f"telemed: {err}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Every command and its words."""
    parser = argparse.ArgumentParser(prog="telemed", description="The acts of telemedicine, served.")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")

    serve = commands.add_parser("serve", help="serve with the settings of the environment")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="a practice to walk about in; --once plays one visit by itself")
    demo_command.add_words(demo)
    demo.set_defaults(run=demo_command.run)

    simulation = commands.add_parser("simulate-devices", help="play patients whose devices send, faults included")
    simulation_command.add_words(simulation)
    simulation.set_defaults(run=simulation_command.run)

    migration = commands.add_parser("migrate", help="bring the database to the present schema")
    migration.add_argument("--check", action="store_true", help="only check that migrations match the tables")
    migration.add_argument("--write", metavar="NAME", help="write a migration for what the tables have changed")
    migration.add_argument("--remake", action="store_true", help="write 0001_initial.py again, before a first release")
    migration.set_defaults(run=_migrate)

    law = commands.add_parser(
        "check-law", help="refuse what is unsourced in the files of the law, list what is overdue"
    )
    law_check.add_options(law).set_defaults(run=law_check.check)

    trace = commands.add_parser("verify-trace", help="recompute the chain of the trace")
    trace.add_argument("file", type=Path, nargs="?", help="an export, one entry a line (else the database)")
    trace.set_defaults(run=_verify_trace)

    seal = commands.add_parser("verify-document", help="say whether a signed document is as it was sealed")
    seal.add_argument("pdf", type=Path, help="the PDF")
    seal.add_argument("cda", type=Path, help="the CDA")
    seal.add_argument("seal", type=Path, help="its seal, a JSON file with the manifest and the signature")
    seal.add_argument("--key", type=Path, help="the public key to trust, in PEM (else the keys of this installation)")
    seal.set_defaults(run=_verify_document)

    signing = commands.add_parser(
        "make-signing-key", help="write a new key that signs documents; print its public half"
    )
    signing.add_argument("file", type=Path)
    signing.set_defaults(run=_make_signing_key)

    opening = commands.add_parser("open-practice", help="create a practice and invite its first administrator")
    opening.set_defaults(run=lambda options: print(accounts.open_practice(options)) or 0)
    inviting = commands.add_parser("invite", help="invite someone again whose secrets are lost")
    inviting.set_defaults(run=lambda options: print(accounts.invite(options)) or 0)
    accounts.add_options(opening, inviting)

    document = commands.add_parser("openapi", help="print the OpenAPI document")
    document.set_defaults(run=_openapi)

    key = commands.add_parser("make-key", help="print a new key for the settings")
    key.set_defaults(run=lambda _options: print(make_key()) or 0)
    return parser


def _serve(_options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    app = build_app(build_services(settings))
    app.on_startup.append(_settle)
    web.run_app(
        app,
        host=settings.host,
        port=settings.port,
        access_log=None,
        print=_announce(settings),
        loop=uvloop.new_event_loop(),
    )
    return 0


async def _settle(_app: web.Application) -> None:
    """What is there now stays: the collector need not look at it again with each batch of measures."""
    gc.collect()
    gc.freeze()


def _announce(settings: Settings) -> Callable[..., None]:
    return lambda _text: print(f"Telemed répond sur {settings.public_url} (Ctrl-C pour arrêter)", file=sys.stderr)


def _migrate(options: argparse.Namespace) -> int:
    if options.check:
        return asyncio.run(_check_migrations())
    if options.write or options.remake:
        return asyncio.run(_write_migration(options.write or "initial", remake=options.remake))
    return asyncio.run(_upgrade())


async def _upgrade() -> int:
    database = open_database(Settings.from_environment())
    await migrate.upgrade(database)
    await database.close()
    return 0


async def _check_migrations() -> int:
    """Migrate an empty SQLite database and compare it with the tables."""
    with TemporaryDirectory() as folder:
        database = open_database(_scratch(Path(folder)))
        await migrate.upgrade(database)
        difference = await migrate.difference(database)
        await database.close()
    if difference:
        print(f"telemed: {difference}", file=sys.stderr)
    return 1 if difference else 0


async def _write_migration(name: str, *, remake: bool) -> int:
    versions = migrate.FOLDER / "versions"
    if remake:
        kept = {path: path.read_text("utf-8") for path in versions.glob("*.py")}
        for path in kept:
            path.unlink()
    with TemporaryDirectory() as folder:
        database = open_database(_scratch(Path(folder)))
        if not remake:
            await migrate.upgrade(database)
        number = 1 if remake else len(list(versions.glob("[0-9]*.py"))) + 1
        await migrate.write_migration(database, name, f"{number:04d}")
        await database.close()
    if remake:
        for path, text in kept.items():
            if not path.name.startswith("0001_"):
                path.write_text(text, "utf-8")
    return 0


def _scratch(folder: Path) -> Settings:
    return Settings(environment=Environment.TEST, data_dir=folder).with_keys()


def _verify_trace(options: argparse.Namespace) -> int:
    verdict = asyncio.run(_verify()) if options.file is None else _verify_export(options.file)
    if verdict.is_intact:
        print(f"the trace is intact: {verdict.entries} entries, the last hash is {verdict.head}")
        return 0
    print(f"the trace is broken at entry {verdict.broken_at}: {verdict.reason}", file=sys.stderr)
    return 1


def _verify_export(file: Path) -> Verification:
    with file.open("rb") as lines:
        return verify_lines(lines)


async def _verify() -> Verification:
    services = build_services(Settings.from_environment())
    try:
        return await services.trace.verify()
    finally:
        await services.database.close()


def _verify_document(options: argparse.Namespace) -> int:
    try:
        verifier = (
            SealVerifier([PublicKey.from_pem(options.key.read_bytes())])
            if options.key
            else open_keys_of_seals(Settings.from_environment()).verifier
        )
        sealed = read_sealed_files(options.pdf.read_bytes(), options.cda.read_bytes(), options.seal.read_bytes())
    except (OSError, ValueError) as err:
        print(f"telemed: {err}", file=sys.stderr)
        return 2
    verdict = verify_files(sealed, verifier)
    if verdict.is_intact:
        signer, moment = verdict.manifest["signer_rpps"], verdict.manifest["signed_at"]
        print(f"the document is as it was sealed: version {verdict.manifest['version']}, RPPS {signer}, {moment}")
        return 0
    print(f"the document is not as it was sealed: {', '.join(verdict.faults)}", file=sys.stderr)
    return 1


def _make_signing_key(options: argparse.Namespace) -> int:
    if options.file.exists():
        print(f"telemed: {options.file} exists already", file=sys.stderr)
        return 2
    print(open_seal_keys(options.file).signer.public_key.to_pem().decode(), end="")
    return 0


def _openapi(_options: argparse.Namespace) -> int:
    print(orjson.dumps(openapi_document("/"), option=orjson.OPT_INDENT_2).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
