"""Buyers from sheets, hostile ones too: what is wrong is said row by row, and nothing is half done."""

import io
import re
import zipfile
from html import unescape
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from portal.accounts.rules import StaffRoleName
from portal.documents.reading import LIMIT, NoRows, NotASheet, TooManyRows, WrongEncoding, read
from portal.documents.rules import ActiveContent, Damaged, EmptyFile, FileRefused, TooLarge
from portal.kernel.outbox import Envelope
from portal.matching.models import Counterpart, Participant
from portal.matching.rules.importing import ColumnsMissing, ColumnTwice, NoBuyers, TooMuchText, read as read_rows
from portal.matching.rules.profiles import PartnerType
from portal.matching.service import imports
from tests.accounts_help import sign_in
from tests.factories.accounts import StaffRoleFactory, UserFactory
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE
from tests.factories.matching import buyer_at, make_event

HEAD = ["Company", "Country", "Contact person", "E-mail", "Phone", "Type", "HS codes", "Volumes", "Sectors", "Website"]
GOOD = [
    "Samarqand Ipak LLC", "Uzbekistan", "Dilnoza Karimova", "dilnoza@ipak.example", "+998 66 123 45 67",
    "importer; distributor", "84.51; 5007", "20 machines; 5 t", "13; 28", "www.ipak.example",
]  # fmt: skip
OTHER = ["Buxoro Savdo LLC", "UZ", "Aziza", "aziza@savdo.example"]


def xlsx(*rows, head=HEAD):
    book = Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(*rows, head=HEAD, encoding="utf-8", delimiter=";"):
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in (head, *rows)).encode(encoding)


def of(content):
    return read_rows(read(content, most=500, columns=40))


def faults(content):
    return [(row.number, fault.column, str(fault.words)) for row in of(content).rows for fault in row.faults]


def changed(column, value):
    return [value if name == column else cell for name, cell in zip(HEAD, GOOD, strict=True)]


@pytest.mark.usefixtures("app", "session")
@pytest.mark.parametrize(
    "content",
    [
        xlsx(GOOD, [], OTHER),
        csv(GOOD, [], OTHER),
        csv(GOOD, [], OTHER, encoding="utf-8-sig", delimiter=","),
        csv(GOOD, [], OTHER, encoding="utf-16", delimiter="\t"),
    ],
)
def test_good_sheets_are_read_alike(content):
    one, other = of(content).rows
    assert (one.number, other.number, one.faults, other.faults) == (2, 4, [], [])
    assert one.facts["country"] == "UZ"
    assert [(each.hs, each.volume) for each in one.profile.products] == [("8451", "20 machines"), ("5007", "5 t")]
    assert (one.profile.kinds, one.profile.sectors) == ((PartnerType.IMPORTER, PartnerType.DISTRIBUTOR), ("13", "28"))
    assert one.facts["phone"] == "+998 66 123 45 67"


@pytest.mark.usefixtures("app", "session")
@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Company", "", "è vuoto"),
        ("Company", "=HYPERLINK(1)", "comincia con «=»"),
        ("Company", "@SUM(A1)", "comincia con «@»"),
        ("Company", "'=1+1", "comincia con «=»"),
        ("Company", "＝1", "comincia con «＝»"),
        ("Company", "a<b>", "caratteri che non si possono usare"),
        ("Company", "x" * 201, "supera i 200 caratteri"),
        ("Country", "Atlantide", "non è un Paese"),
        ("Country", "Италия", "un buyer italiano"),
        ("Contact person", "-2+3", "comincia con «-»"),
        ("E-mail", "dilnoza", "non è un indirizzo e-mail"),
        ("Phone", "+cmd|' /C calc'!A0", "comincia con «+»"),
        ("Phone", "chiamatemi", "non è un numero di telefono"),
        ("Type", "importer; pirate", "«pirate» non è fra i valori"),
        ("HS codes", "8451; 9999", "«9999» non è un codice HS"),
        ("Volumes", "1;2;3", "più quantità che codici"),
        ("Sectors", "tessile", "non è una divisione ATECO"),
        ("Website", "javascript:alert(1)", "non è l'indirizzo di un sito"),
    ],
)
def test_each_bad_cell_is_named_with_its_row_and_column(column, value, words):
    [(row, where, said)] = faults(csv(OTHER, changed(column, value)))
    assert (row, where) == (3, column)
    assert words in said


@pytest.mark.usefixtures("app", "session")
def test_columns_of_every_language_are_known_and_others_are_said():
    head = ["Impresa *", "СТРАНА", "Referente", "email", "Lingua", "Presentazione", "Codici HS", "Nostre note"]
    row = ["Ipak", "Узбекистан", "Aziza", "a@ipak.example", "francese", "x" * 1001, "8451;" * 30, "da richiamare"]
    sheet = of(csv(row, head=head))
    assert sheet.unread == ["Nostre note"]
    assert [(one.column, str(one.words)) for one in sheet.rows[0].faults] == [
        ("Lingua", "scrivi en o ru: è la lingua dell'invito."),
        ("Presentazione", "supera i 1.000 caratteri."),
    ]
    row[4:7] = ["русский", "", ";".join(f"{one:02}" for one in range(1, 22))]
    assert faults(csv(row, head=head)) == [(2, "Codici HS", "al massimo 20 codici.")]


@pytest.mark.usefixtures("app", "session")
def test_a_formula_of_a_workbook_is_refused_not_computed():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, GOOD)
        sheet.write_formula(1, 0, '=HYPERLINK("http://male.example","Ditta")', None, "Ditta")
    assert faults(out.getvalue()) == [(2, "Company", "contiene una formula: incolla il valore al suo posto.")]


@pytest.mark.usefixtures("app", "session")
def test_the_same_buyer_twice_is_said_at_the_second():
    upper = [*GOOD[:3], GOOD[3].upper()]
    same = ["SAMARQAND IPAK LLC", "UZ", "Un'altra", "altra@ipak.example"]
    assert faults(csv(GOOD, upper, same)) == [
        (3, "E-mail", "è lo stesso indirizzo della riga 2: tieni una sola delle due."),
        (4, "Company", "è la stessa impresa della riga 2: tieni una sola delle due."),
    ]


def many(count):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        for number in range(1, count):
            sheet.write_row(number, 0, [f"Ditta {number}", "UZ", "Aziza", f"a{number}@b.example", "", "importer"])
    return out.getvalue()


def bomb():
    """A workbook whose sheet unpacks to a thousand times its size."""
    source = io.BytesIO(xlsx(GOOD))
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == "xl/worksheets/sheet1.xml":
                with new.open(name, "w") as sheet:
                    for _ in range(200):
                        sheet.write(b" " * (1 << 20))
            else:
                new.writestr(name, old.read(name))
    return out.getvalue()


def dense():
    """Small when packed, honest, and far too much to read: one shared text in millions of cells."""
    cells = "".join(f'<c r="{chr(65 + n)}1"><v>1</v></c>' for n in range(26))
    row = f"<row>{cells}</row>"
    kind = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = f'<worksheet xmlns="{kind}"><sheetData>{row * 60_000}</sheetData></worksheet>'
    source, out = io.BytesIO(xlsx(GOOD)), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, body if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return out.getvalue()


def with_part(name, content=b"x"):
    out = io.BytesIO(xlsx(GOOD))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.usefixtures("app", "session")
@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b"\xef\xbb\xbf", NoRows),
        (b"x" * (LIMIT + 1), TooLarge),
        (csv(["Иванов", *GOOD[1:]], encoding="cp1251"), WrongEncoding),
        (csv(["Perù", *GOOD[1:]], encoding="latin-1"), WrongEncoding),
        (b"\xd0\xcf\x11\xe0old excel", NotASheet),
        (b"%PDF-1.4", NotASheet),
        (b"a;b\x00;c", NotASheet),
        ("a;b\x00;c".encode("utf-16"), NotASheet),
        (b'Company;"Country\n', Damaged),
        (csv(*[GOOD] * 501), TooManyRows),
        (lambda: many(50_000), FileRefused),
        (b"PK\x03\x04 no archive", FileRefused),
        (bomb, FileRefused),
        (dense, FileRefused),
        (with_part("xl/vbaProject.bin"), ActiveContent),
        (with_part("xl/externalLinks/externalLink1.xml", b"<a/>"), ActiveContent),
        (with_part("xl/evil.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'), ActiveContent),
        (csv(GOOD, head=HEAD[:3]), ColumnsMissing),
        (csv(GOOD, head=["Company", *HEAD[:9]]), ColumnTwice),
        (csv(), NoBuyers),
    ],
    ids=lambda one: getattr(one, "__name__", "bytes"),
)
def test_hostile_sheets_are_refused_in_words(content, refusal):
    with pytest.raises(refusal) as refused:
        of(content() if callable(content) else content)
    assert len(str(refused.value)) > 20


@pytest.fixture
def event(session):
    return make_event(make_call(session))


@pytest.fixture
def staff(client, session):
    user = UserFactory(email="eventi@unioncamere.example")
    StaffRoleFactory(user=user, role=StaffRoleName.EVENTS)
    session.commit()
    return sign_in(client, user)


def send(client, event, content=b"", **fields):
    path = f"/ufficio/incontri/{event.slug}/buyer/importa"
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)[1]
    data: dict[str, Any] = {"csrf_token": csrf, **fields}
    if content:
        data["file"] = (io.BytesIO(content), "buyer.xlsx")
    return client.post(path, data=data, content_type="multipart/form-data")


def kept(session):
    return session.scalar(select(func.count()).select_from(Counterpart))


def rows_in(answer):
    return re.search(r'name="rows" value="([^"]+)"', answer.text)[1]


def test_nothing_is_kept_until_it_is_confirmed_and_then_all_of_it(session, staff, event):
    shown = send(staff, event, xlsx(GOOD, OTHER))
    assert shown.status_code == 200
    assert "2 buyer letti, nessun errore" in unescape(shown.text)
    assert kept(session) == 0
    for _ in range(2):
        assert send(staff, event, rows=rows_in(shown)).status_code == 303
    session.expire_all()
    assert sorted(session.scalars(select(Counterpart.email))) == ["aziza@savdo.example", "dilnoza@ipak.example"]
    assert session.scalar(select(func.count()).select_from(Participant)) == 2
    told = session.scalars(select(Envelope.name).where(Envelope.name == "matching.buyer_invited")).all()
    assert len(told) == 2


def test_a_sheet_with_a_bad_row_offers_nothing_to_confirm(session, staff, event):
    answer = send(staff, event, xlsx(GOOD, changed("Country", "Atlantide")))
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert "Atlantide" not in text
    assert "non è un Paese" in text
    assert 'name="rows"' not in text
    assert kept(session) == 0


def test_known_buyers_are_said_and_never_overwritten(session, staff, event):
    there = buyer_at(event, email="dilnoza@ipak.example", legal_name="Samarqand Ipak LLC", city="Khiva")
    elsewhere = make_event(make_call(session, "INTERNAZIONALIZZAZIONE-2021"))
    buyer_at(elsewhere, email="aziza@savdo.example", legal_name="Buxoro Savdo LLC", city="Khiva")
    session.commit()
    third = ["Khiva Bozor LLC", "UZ", "Umid", "umid@bozor.example"]
    text = unescape((shown := send(staff, event, xlsx(GOOD, OTHER, third))).text)
    assert "partecipa già: non riceve nulla." in text
    assert "il portale lo conosce già" in text
    assert send(staff, event, rows=rows_in(shown)).status_code == 303
    session.expire_all()
    assert sorted(session.scalars(select(Counterpart.city))) == ["", "Khiva", "Khiva"]
    taken = send(staff, event, xlsx([*OTHER[:3], "dilnoza@ipak.example"]))
    assert "è già di un buyer con un altro nome" in unescape(taken.text)
    assert there.event_id == event.id


def test_what_changed_since_the_preview_undoes_the_whole(session, staff, event):
    shown = send(staff, event, xlsx(OTHER, GOOD))
    buyer_at(event, email="dilnoza@ipak.example", legal_name="Altra Ditta LLC")
    session.commit()
    answer = send(staff, event, rows=rows_in(shown))
    assert answer.status_code == 422
    assert "Un altro buyer ha già questo indirizzo" in unescape(answer.text)
    assert kept(session) == 1


def test_a_preview_is_for_its_event_and_its_reader(session, staff, event):
    rows = rows_in(send(staff, event, xlsx(GOOD)))
    other = make_event(make_call(session, "INTERNAZIONALIZZAZIONE-2021"))
    session.commit()
    for where, text in ((other, rows), (event, rows[:-3] + "abc"), (event, "x")):
        answer = send(staff, where, rows=text)
        assert answer.status_code == 422
        assert "carica di nuovo il foglio" in unescape(answer.text)
    assert kept(session) == 0


def test_a_name_known_with_another_address_is_noted(session, staff, event):
    buyer_at(event, legal_name="Samarqand IPAK LLC")
    session.commit()
    assert "controlla che non sia la stessa" in unescape(send(staff, event, xlsx(GOOD)).text)


@pytest.mark.usefixtures("app", "session")
def test_texts_that_a_page_cannot_carry_are_refused():
    def noise(seed):
        return "".join(map(chr, Random(seed).choices(range(0x4E00, 0x9000), k=1000)))

    head = [*HEAD[:4], "Description", "Wants"]
    rows = [[f"Ditta {n}", "UZ", "Aziza", f"a{n}@b.example", noise(n), noise(-n)] for n in range(1, 500)]
    with pytest.raises(TooMuchText):
        imports.pack(uuid4(), of(csv(*rows, head=head)), by=OFFICE)


def test_no_file_is_said(session, staff, event):
    answer = send(staff, event)
    assert (answer.status_code, "Il file è vuoto" in unescape(answer.text)) == (422, True)


@pytest.mark.usefixtures("app", "session")
def test_the_template_can_be_filled_and_read():
    book = load_workbook(io.BytesIO(imports.template()))
    sheet, example = book.worksheets
    names = [cell.value for cell in sheet[1]]
    sheet.append([row[1].value for row in example.iter_rows(min_row=2)])
    out = io.BytesIO()
    book.save(out)
    [row] = of(out.getvalue()).rows
    assert (len(names), row.faults, row.name) == (16, [], "Samarqand Ipak LLC")
