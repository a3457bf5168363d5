/* Attendance on a phone: each scan gets a key of its own and waits in this phone until the portal has it. */
(() => {
  "use strict";

  const form = document.querySelector("[data-door]");
  if (!form) return;
  const place = `presenze.${form.dataset.door}`;
  const words = JSON.parse(form.dataset.words);
  const done = JSON.parse(form.dataset.done);
  const status = form.querySelector("[data-door-state]");
  const moment = form.querySelector("#occasione");
  const code = form.querySelector("#codice");
  const token = form.querySelector("[name=csrf_token]").value;
  const people = [...document.querySelectorAll("[data-door-person]")];
  const queue = () => JSON.parse(localStorage.getItem(place) ?? "[]");
  const keep = (scans) => localStorage.setItem(place, JSON.stringify(scans));
  const key = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(c) / 4)))).toString(16));
  const badge = (text) => text.trim().split("=").pop().toUpperCase();

  const show = () => {
    const waiting = queue();
    const here = new Set(waiting.filter((scan) => scan.moment === moment.value).map((scan) => scan.badge));
    for (const person of people) {
      const there = (done[moment.value] ?? []).includes(person.dataset.doorPerson);
      const waits = here.has(person.dataset.doorPerson);
      person.classList.toggle("is-there", there);
      person.classList.toggle("is-waiting", waits);
      person.querySelector(".door__mark").textContent = there ? words.kept : waits ? words.waits : "";
    }
    status.textContent = waiting.length ? `${waiting.length} ${words.left}` : words.all;
  };

  let isSending = false;
  const send = async () => {
    const scans = queue().slice(0, 200);
    if (isSending || !scans.length) return;
    isSending = true;
    let kept = false;
    try {
      const answer = await fetch(form.dataset.send, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ scans }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { answers } = await answer.json();
      for (const scan of scans) if (answers[scan.key] !== "unknown") (done[scan.moment] ??= []).push(scan.badge);
      keep(queue().filter((scan) => !(scan.key in answers)));
      kept = true;
      show();
    } catch {
      show();
      status.textContent = `${status.textContent}. ${words.refused}`;
    }
    isSending = false;
    if (kept && queue().length) send();
  };

  const scan = (text) => {
    const found = badge(text);
    if (!people.some((person) => person.dataset.doorPerson === found)) {
      status.textContent = words.unknown;
      return;
    }
    const scans = queue();
    const known = (done[moment.value] ?? []).includes(found)
      || scans.some((one) => one.badge === found && one.moment === moment.value);
    if (!known) keep([...scans, { key: key(), badge: found, moment: moment.value, at: new Date().toISOString() }]);
    show();
    send();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (code.value.trim()) scan(code.value);
    code.value = "";
    code.focus();
  });
  for (const person of people) {
    person.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      scan(person.dataset.doorPerson);
    });
  }
  moment.addEventListener("change", show);
  window.addEventListener("online", send);
  setInterval(send, 15000);
  show();
  send();
})();
