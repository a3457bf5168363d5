"""HS codes by typing: for a script, and for whoever has none."""


def test_codes_are_found_by_digits_and_by_words(client):
    by_digits = client.get("/cerca/hs?q=8451.29", headers={"Accept": "application/json"})
    assert [one["value"] for one in by_digits.json["results"]] == ["845129"]
    by_words = client.get("/cerca/hs?q=olive oil", headers={"Accept": "application/json"}).json["results"]
    assert "1509" in {one["value"] for one in by_words}
    assert by_digits.headers["Vary"].split(", ")[0] == "Accept"


def test_a_page_says_the_same_without_a_script(client):
    html = {"Accept": "text/html"}
    assert "845129" in client.get("/cerca/hs?q=845129", headers=html).text
    assert "Nessun codice" in client.get("/cerca/hs?q=zzzzzz", headers=html).text
    assert client.get(f"/cerca/hs?q={'9' * 5000}", headers=html).status_code == 200
