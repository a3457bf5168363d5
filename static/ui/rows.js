/* Rows of a repeating table, added and removed without asking the server; and questions that hang on another answer. */
(() => {
  "use strict";

  /* Puts the row's number where the mould says `__row__`: in attributes and in words. */
  const number = (row, own) => {
    for (const node of [row, ...row.querySelectorAll("*")]) {
      for (const attribute of node.attributes) attribute.value = attribute.value.replaceAll("__row__", own);
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) child.data = child.data.replaceAll("__row__", own);
      }
    }
  };

  const renumber = (table) => {
    const rows = [...table.querySelectorAll("[data-row]")];
    rows.forEach((row, index) => {
      for (const number of row.querySelectorAll("[data-row-number]")) number.textContent = String(index + 1);
      row.querySelector("[data-row-remove]").value = `remove:${table.dataset.rows.replace(/^f_/, "")}:${index}`;
    });
    table.querySelector("[data-row-add]").hidden = rows.length >= Number(table.dataset.most);
    const none = table.querySelector("[data-row-none]");
    if (none) none.hidden = rows.length > 0;
  };

  for (const table of document.querySelectorAll("[data-rows]")) {
    const list = table.querySelector("[data-row-list]");
    const mould = table.querySelector("[data-row-template]");
    let next = 1 + Math.max(-1, ...[...list.querySelectorAll("[name]")].map((one) => Number(one.name.split("-")[1]) || 0));

    table.addEventListener("click", (event) => {
      const add = event.target.closest("[data-row-add]");
      const remove = event.target.closest("[data-row-remove]");
      if (!add && !remove) return;
      event.preventDefault();
      if (add) {
        const row = mould.content.firstElementChild.cloneNode(true);
        number(row, String(next++));
        list.append(row);
        window.portale?.lookups?.(row);
        row.querySelector("input, select, textarea")?.focus();
      } else {
        const row = remove.closest("[data-row]");
        const beside = row.nextElementSibling ?? row.previousElementSibling;
        row.remove();
        (beside?.querySelector("input, select, textarea") ?? table.querySelector("[data-row-add]")).focus();
      }
      renumber(table);
      table.dispatchEvent(new CustomEvent("rows:changed", { bubbles: true }));
    });
  }

  /* data-when / data-any: shown only while the other question has one of these answers. */
  const answers = (form, name) =>
    [...form.elements]
      .filter((one) => one.name === name && (!["radio", "checkbox"].includes(one.type) || one.checked))
      .map((one) => one.value);
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const hanging = [...form.querySelectorAll("[data-when]")];
    const show = () => {
      for (const question of hanging) {
        const wanted = JSON.parse(question.dataset.any).map(String);
        const other = form.querySelector(`[data-question="${question.dataset.when.replace(/^f_/, "")}"]`);
        question.hidden = Boolean(other?.hidden) || !answers(form, question.dataset.when).some((one) => wanted.includes(one));
      }
    };
    for (const words of form.querySelectorAll("[data-when-words]")) words.hidden = true;
    form.addEventListener("change", show);
    show();
  }
})();
