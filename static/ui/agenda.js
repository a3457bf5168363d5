// A meeting is dragged to its place: while it hangs, every cell says whether it may go there, and at what price.
// Without this script the same is done by links and buttons.
(() => {
  const form = document.querySelector("form[data-agenda]");
  if (!form) return;
  let held = null;
  const cells = () => form.querySelectorAll("[data-cell]");
  const clean = () => cells().forEach((cell) => {
    cell.classList.remove("agenda-cell--no", "agenda-cell--over");
    cell.removeAttribute("title");
    delete cell.dataset.open;
  });
  const show = (priced) => cells().forEach((cell) => {
    const price = priced.get(cell.dataset.cell);
    if (!price) return;
    cell.title = price.why || (price.breaks > 0 ? `+${price.breaks}` : `${price.breaks}`);
    cell.classList.toggle("agenda-cell--no", Boolean(price.why));
    if (!price.why) cell.dataset.open = "";
  });
  form.addEventListener("dragstart", async (event) => {
    held = event.target.closest("[data-meeting]");
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.meeting);
    const mine = held;
    const answer = await fetch(form.dataset.agenda + held.dataset.meeting, { headers: { Accept: "application/json" } });
    if (!answer.ok || held !== mine) return;
    const { cells: list } = await answer.json();
    show(new Map(list.map((one) => [`${one.slot}:${one.table}`, one])));
  });
  form.addEventListener("dragover", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!held || !cell || !("open" in cell.dataset)) return;
    event.preventDefault();
    cell.classList.add("agenda-cell--over");
  });
  form.addEventListener("dragleave", (event) => event.target.closest?.("[data-cell]")?.classList.remove("agenda-cell--over"));
  form.addEventListener("drop", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!held || !cell) return;
    event.preventDefault();
    form.elements.meeting.value = held.dataset.meeting;
    form.elements.revision.value = held.dataset.revision;
    const place = Object.assign(document.createElement("input"), { type: "hidden", name: "cell", value: cell.dataset.cell });
    form.append(place);
    form.submit();
  });
  form.addEventListener("dragend", () => { held = null; clean(); });
})();
