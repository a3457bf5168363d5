/* A file goes up when chosen, with its progress; the answer is the same page, of which only this document is taken. */
(() => {
  "use strict";

  const enhance = (form) => {
    const input = form.querySelector("input[type=file]");
    const button = form.querySelector("[data-upload-button]");
    const box = form.querySelector("[data-upload-progress]");
    const bar = box.querySelector("progress");
    const words = box.querySelector("[data-upload-words]");
    const field = form.querySelector(".field");
    button.hidden = true;

    const wrong = (text) => {
      box.hidden = true;
      form.querySelector(".field__error")?.remove();
      const said = Object.assign(document.createElement("p"), { className: "field__error", textContent: text, id: `${input.id}-error` });
      field.querySelector(".drop").before(said);
      field.classList.add("field--wrong");
      input.setAttribute("aria-describedby", said.id);
      input.value = "";
      window.portale?.live(text);
    };

    const put = (html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      const fresh = page.getElementById(form.dataset.upload);
      const here = document.getElementById(form.dataset.upload);
      if (!fresh) return wrong(form.dataset.failed);
      here.replaceWith(document.adoptNode(fresh));
      for (const one of document.querySelectorAll(".way__steps")) {
        const steps = page.querySelector(".way__steps");
        if (steps) one.replaceWith(document.adoptNode(steps));
      }
      const placed = document.getElementById(form.dataset.upload);
      for (const one of placed.querySelectorAll("form[data-upload]")) enhance(one);
      const said = placed.querySelector(".field__error, .paper__mark");
      window.portale?.live(said?.textContent.trim() ?? "");
      (placed.querySelector(".paper__name a") ?? placed.querySelector("input[type=file]"))?.focus();
    };

    input.addEventListener("change", () => {
      const file = input.files[0];
      if (!file) return;
      if (!file.size) return wrong(form.dataset.empty);
      if (file.size > Number(form.dataset.most) * 1048576) return wrong(form.dataset.tooLarge);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        bar.value = Math.round((event.loaded / event.total) * 100);
        words.textContent = `${bar.value} %`;
      });
      request.addEventListener("load", () => put(request.responseText));
      request.addEventListener("error", () => wrong(form.dataset.failed));
      box.hidden = false;
      request.send(new FormData(form));
    });
  };

  for (const form of document.querySelectorAll("form[data-upload]")) enhance(form);
})();
