"""Storing, scanning, sweeping, handing over."""

from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.adapters.antivirus import NullScanner
from portal.adapters.files import LocalFiles
from portal.documents import downloads, queries, rules, service
from portal.documents.events import FileStored
from portal.documents.models import File
from portal.documents.rules import Kind, ScanState
from portal.kernel.outbox import Envelope
from tests.documents import papers

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)


class Finds:
    """An antivirus that finds this, or is away."""

    def __init__(self, found: str | None = None, *, away: bool = False) -> None:
        self.found, self.away = found, away

    def scan(self, _path):
        if self.away:
            raise ConnectionError
        return self.found


@pytest.fixture
def files(tmp_path):
    return LocalFiles(tmp_path / "files")


@pytest.fixture
def store(session, files):
    def put(content=None, *, name="bilancio.pdf", scanner=None, **options):
        return service.store(
            session,
            BytesIO(papers.pdf() if content is None else content),
            name=name,
            by="anna@impresa.example",
            now=NOW,
            files=files,
            scanner=scanner or NullScanner(),
            **options,
        )

    return put


def test_a_stored_file_is_a_row_and_its_bytes(session, files, store):
    file = store(papers.p7m(), name="..\\procura.pdf.p7m")
    session.expire_all()

    kept = queries.find(session, file.id)
    assert kept is not None
    assert (kept.name, kept.media_type, kept.pages, kept.scan) == (
        "procura.pdf.p7m", "application/pkcs7-mime", 2, ScanState.CLEAN,
    )  # fmt: skip
    assert [one["signer"] for one in kept.signatures] == [papers.SIGNER]
    assert files.path(kept.sha256).stat().st_size == kept.size
    assert list((files.root / "work").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"MZ" + b"0" * 100], ids=["empty", "program"])
def test_a_refused_file_leaves_nothing(session, files, store, content):
    with pytest.raises(rules.FileRefused):
        store(content)

    assert [path for path in files.root.rglob("*") if path.is_file()] == []
    assert session.scalars(select(File)).all() == []


def test_a_stream_without_end_is_cut_at_the_limit(session, files):
    class Endless(BytesIO):
        given = 0

        def read(self, size=-1):
            Endless.given += size
            return b"0" * size

    with pytest.raises(rules.TooLarge):
        service.store(session, Endless(), name="a", by="b", now=NOW, limit=1 << 20, files=files)

    assert Endless.given <= (1 << 20) + (1 << 18)


def test_what_is_allowed_is_the_callers_choice(store):
    assert store(papers.picture(), name="logo", allowed={Kind.PNG}).name == "logo.png"
    with pytest.raises(rules.WrongType):
        store(papers.picture())


def test_with_an_antivirus_a_file_waits_and_says_so(session, files, store):
    file = store(scanner=Finds())

    waiting = session.scalars(select(Envelope)).all()
    assert [(e.name, e.payload) for e in waiting] == [(FileStored.name, {"file_id": str(file.id)})]
    assert queries.pending(session, limit=5) == [file.id]
    with pytest.raises(rules.ScanPending):
        service.path(file, files=files)


@pytest.mark.parametrize(
    ("found", "state", "refusal"), [(None, ScanState.CLEAN, None), ("Eicar", ScanState.INFECTED, rules.Infected)]
)
def test_the_antivirus_decides(session, files, store, found, state, refusal):
    file = store(scanner=Finds())
    service.scan(session, file.id, now=NOW, files=files, scanner=Finds(found))

    assert (file.scan, file.scanned_at) == (state, NOW)
    if refusal:
        with pytest.raises(refusal):
            service.path(file, files=files)
    else:
        assert service.path(file, files=files) == files.path(file.sha256)


def test_an_antivirus_that_is_away_leaves_the_file_waiting(session, files, store):
    file = store(scanner=Finds())
    with pytest.raises(ConnectionError):
        service.scan(session, file.id, now=NOW, files=files, scanner=Finds(away=True))

    assert file.scan is ScanState.PENDING


def test_a_file_that_does_not_wait_is_not_scanned_again(session, files, store):
    file = store()
    service.scan(session, file.id, now=NOW, files=files, scanner=Finds("Eicar"))
    service.scan(session, uuid4(), now=NOW, files=files, scanner=Finds("Eicar"))

    assert file.scan is ScanState.CLEAN


def test_the_sweep_forgets_only_what_no_row_names(session, files, store):
    named = store()
    orphan, _ = files.put(BytesIO(b"nessuno mi vuole"))

    assert service.sweep(session, files=files) == 0
    assert service.sweep(session, files=files, older_than=-1) == 1
    assert set(files.all()) == {named.sha256}
    assert orphan != named.sha256


def test_the_sweep_leaves_bytes_whose_upload_has_not_committed(session, engine, files):
    orphan, _ = files.put(BytesIO(b"sto arrivando"))
    with engine.connect() as upload, upload.begin():
        upload.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(%s)", (service._lock_number(orphan),))
        assert service.sweep(session, files=files, older_than=-1) == 0

    assert service.sweep(session, files=files, older_than=-1) == 1


def test_a_download_is_sealed(app, session, files, store, monkeypatch):
    file = store(name="Società.pdf")
    monkeypatch.setattr(service, "configured_files", lambda: files)
    response = downloads.send_file(file)

    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename=\"Societa.pdf\"; filename*=UTF-8''Societ%C3%A0.pdf"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store"
    assert (response.content_type, response.content_length) == ("application/pdf", file.size)
    assert b"".join(response.iter_encoded()) == files.path(file.sha256).read_bytes()
    response.close()
