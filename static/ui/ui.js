/* Small improvements of pages that work without them. Each looks for its own data- attribute. */
(() => {
  "use strict";

  const live = (text) => {
    const region = document.getElementById("live");
    if (region) region.textContent = text;
  };

  /* data-menu: the main menu folds away on narrow screens. */
  for (const toggle of document.querySelectorAll("[data-menu]")) {
    const menu = document.getElementById(toggle.dataset.menu);
    const show = (isOpen) => {
      menu.classList.toggle("is-open", isOpen);
      toggle.setAttribute("aria-expanded", String(isOpen));
    };
    toggle.addEventListener("click", () => show(toggle.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && toggle.getAttribute("aria-expanded") === "true") {
        show(false);
        toggle.focus();
      }
    });
  }

  /* data-focus: what is wrong is read first. Its links put the caret in the field. */
  document.querySelector("[data-focus]")?.focus();
  for (const link of document.querySelectorAll(".wrongs a[href^='#']")) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
      (target.querySelector?.("legend") ?? control ?? target).scrollIntoView({ block: "center" });
      (control ?? target).focus({ preventScroll: true });
    });
  }

  const PATIENCE = 15000;
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  };

  /* data-once: a second click while the first is on its way does nothing. The server holds anyway. */
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.confirm && !form.dataset.confirmed && !window.confirm(form.dataset.confirm)) {
        event.preventDefault();
        return;
      }
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      setTimeout(() => release(form), PATIENCE);
      for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    });
  }
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  /* data-drop: a file may be dropped on the whole box. */
  for (const field of document.querySelectorAll("[data-drop]")) {
    const box = field.querySelector(".drop");
    const input = field.querySelector("input[type=file]");
    const over = (event, isOver) => {
      event.preventDefault();
      box.classList.toggle("is-over", isOver);
    };
    box.addEventListener("dragover", (event) => over(event, true));
    box.addEventListener("dragleave", (event) => over(event, false));
    box.addEventListener("drop", (event) => {
      over(event, false);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /* data-go: a choice that shows another page of the same list goes there at once. */
  for (const choice of document.querySelectorAll("select[data-go]")) {
    choice.addEventListener("change", () => choice.form.requestSubmit());
  }

  window.portale = { live };
})();
