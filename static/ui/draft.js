/* form[data-draft]: what is written is kept by itself; the button "Salva bozza" does the same without a script. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const told = form.querySelector("[data-saved]");
  let waiting = null;
  let dirty = false;

  const keep = async () => {
    waiting = null;
    if (form.dataset.sent) return;
    dirty = false;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      const said = await answer.json();
      told.textContent = said.saved || said.error;
      told.classList.toggle("saved--wrong", !answer.ok);
    } catch {
      dirty = true;
      told.textContent = form.dataset.offline;
      told.classList.add("saved--wrong");
      waiting = setTimeout(keep, 5000);
    }
  };
  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1200);
  });
  form.addEventListener("change", () => {
    if (!dirty) return;
    clearTimeout(waiting);
    keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !form.dataset.sent) event.preventDefault();
  });
})();
