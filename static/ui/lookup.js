/* A combobox over a server search: type, arrows, Enter, Escape. Without it the input takes the code itself. */
(() => {
  "use strict";
  const PAUSE = 180;

  const enhance = (input) => {
    const list = document.createElement("ul");
    list.className = "options";
    list.id = `${input.id}-options`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? "");
    const kept = document.createElement("input");
    kept.type = "hidden";
    kept.name = input.name;
    kept.value = input.value;
    input.removeAttribute("name");
    if (input.dataset.lookupShown) input.value = input.dataset.lookupShown;
    input.after(kept, list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
      autocomplete: "off",
    })) input.setAttribute(name, value);

    let timer, asked = 0, at = -1;
    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    const close = () => {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const point = (next) => {
      const all = options();
      if (!all.length) return;
      at = (next + all.length) % all.length;
      all.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    };
    const choose = (option) => {
      input.value = option.dataset.label;
      kept.value = option.dataset.value;
      close();
      kept.dispatchEvent(new Event("change", { bubbles: true }));
      input.dispatchEvent(new CustomEvent("lookup:chosen", { bubbles: true, detail: { value: kept.value } }));
    };
    const show = (results) => {
      list.replaceChildren();
      results.forEach((result, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.value = result.value;
        option.dataset.label = result.label;
        option.textContent = result.label;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(option);
        });
        list.append(option);
      });
      const { lookupFound: found = "", lookupNone: none = "" } = input.dataset;
      if (!results.length && none) {
        const empty = document.createElement("li");
        empty.className = "options__none";
        empty.setAttribute("role", "option");
        empty.setAttribute("aria-disabled", "true");
        empty.textContent = none;
        list.append(empty);
      }
      list.hidden = !list.children.length;
      at = -1;
      input.setAttribute("aria-expanded", String(!list.hidden));
      window.portale?.live(results.length ? `${results.length} ${found}` : none);
    };
    const ask = async () => {
      const text = input.value.trim();
      if (text.length < 2) return close();
      const mine = ++asked;
      try {
        const joint = input.dataset.lookup.includes("?") ? "&" : "?";
        const answer = await fetch(`${input.dataset.lookup}${joint}q=${encodeURIComponent(text)}`, {
          credentials: "same-origin",
          headers: { Accept: "application/json" },
        });
        if (mine === asked && answer.ok) show((await answer.json()).results);
      } catch {
        close();
      }
    };
    input.addEventListener("input", () => {
      kept.value = input.value.trim();
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); list.hidden ? ask() : point(at + 1); }
      else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); point(at - 1); }
      else if (event.key === "Enter" && !list.hidden && at >= 0) { event.preventDefault(); choose(options()[at]); }
      else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    });
    input.addEventListener("blur", close);
  };

  const lookups = (root) => root.querySelectorAll("input[data-lookup]").forEach(enhance);
  if (window.portale) window.portale.lookups = lookups;
  lookups(document);
})();
