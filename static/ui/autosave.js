/* Saves each question a moment after it was answered. The form itself saves all of them when it is sent.
   Where a colleague wrote first, the question keeps its old base until one of the two answers is chosen: typing on
   writes over nobody. */
(() => {
  "use strict";
  const PAUSE = 1200;
  const MOST_WHEN_LEAVING = 60000; // bytes that a browser still sends for a page that is gone

  const enhance = (form) => {
    const words = form.dataset;
    const status = form.querySelector("[data-saved]");
    const waiting = new Map();
    const timers = new Map();
    let busy = false;
    let isLeaving = false;

    const say = (text, isWrong = false) => {
      status.textContent = text;
      status.classList.toggle("saved--wrong", isWrong);
    };
    const inputs = (question) => [...question.querySelectorAll("[name]")].filter((one) => one.type !== "submit" && !one.closest("template"));
    const body = (question) => {
      const data = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
      for (const one of inputs(question)) {
        if (["radio", "checkbox"].includes(one.type) && !one.checked) continue;
        data.append(one.name, one.value);
      }
      return data;
    };

    const mark = (question, error) => {
      const wrong = question.querySelector("[data-said]");
      if (!error) {
        wrong?.remove();
        question.querySelector(".field--wrong")?.classList.remove("field--wrong");
        question.querySelector(".field__error")?.remove();
        for (const one of question.querySelectorAll("[aria-invalid=true]")) one.setAttribute("aria-invalid", "false");
        return;
      }
      if (question.querySelector("[data-rows]")) return;
      const control = question.querySelector("input:not([type=hidden]), select, textarea");
      const place = wrong ?? Object.assign(document.createElement("p"), { className: "field__error" });
      place.dataset.said = "1";
      place.id = `${control.id}-said`;
      place.textContent = error;
      question.querySelector(".field__error:not([data-said])")?.remove();
      if (!wrong) question.querySelector(".field__box, .tick")?.before(place);
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", place.id);
      question.querySelector(".field")?.classList.add("field--wrong");
    };

    const beside = (question, theirs, base) => {
      const there = question.querySelector(".theirs");
      if (theirs && there?.dataset.base === base) return;
      there?.remove();
      if (!theirs) return;
      const box = document.getElementById("theirs").content.firstElementChild.cloneNode(true);
      box.dataset.base = base;
      const who = box.querySelector("[data-who]");
      who.textContent = who.textContent.replace("{who}", theirs.by).replace("{time}", theirs.at);
      box.querySelector("[data-text]").textContent = theirs.text || box.dataset.blank;
      box.querySelector("[data-mine]").addEventListener("click", () => {
        question.querySelector("[data-base]").value = base;
        box.remove();
        queue(question, 0);
      });
      box.querySelector("[data-theirs]").addEventListener("click", (event) => {
        if (theirs.shown === null) {
          event.currentTarget.type = "submit";
          event.currentTarget.name = "take";
          event.currentTarget.value = question.dataset.question;
          return;
        }
        for (const one of inputs(question)) {
          if (one.hasAttribute("data-base")) one.value = base;
          else if (one.type === "radio") one.checked = one.value === theirs.shown;
          else one.value = theirs.shown;
        }
        box.remove();
        question.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      });
      question.append(box);
      window.portale?.live(who.textContent);
    };

    const send = async (question) => {
      const snapshot = body(question).toString();
      say(words.saving);
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: snapshot,
        headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
        credentials: "same-origin",
        redirect: "error",
        keepalive: snapshot.length < MOST_WHEN_LEAVING,
      });
      const told = await answer.json();
      if (told.error) return say(told.error, true);
      for (const [key, one] of Object.entries(told.fields)) {
        const asked = form.querySelector(`[data-question="${CSS.escape(key)}"]`);
        if (!one.theirs) asked.querySelector("[data-base]").value = one.base;
        mark(asked, one.error);
        beside(asked, one.theirs, one.base);
      }
      say(told.said, Object.values(told.fields).some((one) => one.theirs));
    };

    const drain = async () => {
      if (busy) return;
      busy = true;
      for (const [key, question] of waiting) {
        waiting.delete(key);
        try {
          await send(question);
        } catch {
          if (isLeaving) break;
          say(words.failed, true);
          waiting.set(key, question);
          setTimeout(drain, 5000);
          break;
        }
      }
      busy = false;
    };

    const queue = (question, pause = PAUSE) => {
      const key = question.dataset.question;
      clearTimeout(timers.get(key));
      timers.set(key, setTimeout(() => {
        timers.delete(key);
        waiting.set(key, question);
        drain();
      }, pause));
    };

    form.addEventListener("input", (event) => {
      const question = event.target.closest("[data-question]");
      if (question && event.target.type !== "file") queue(question);
    });
    for (const name of ["change", "rows:changed", "lookup:chosen"]) {
      form.addEventListener(name, (event) => {
        const question = event.target.closest("[data-question]");
        if (question) queue(question, 50);
      });
    }
    form.addEventListener("submit", () => {
      isLeaving = true;
      for (const timer of timers.values()) clearTimeout(timer);
      waiting.clear();
    });
    window.addEventListener("beforeunload", (event) => {
      if (!isLeaving && (busy || waiting.size || timers.size)) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "hidden" || isLeaving) return;
      for (const [key, timer] of timers) {
        clearTimeout(timer);
        timers.delete(key);
        const question = form.querySelector(`[data-question="${CSS.escape(key)}"]`);
        waiting.set(key, question);
      }
      drain();
    });

    for (const area of form.querySelectorAll("[data-count]")) {
      const count = document.createElement("p");
      count.className = "count";
      count.setAttribute("aria-hidden", "true");
      const show = () => {
        const left = Number(area.dataset.count) - area.value.length;
        count.textContent = `${area.value.length.toLocaleString("it-IT")} / ${Number(area.dataset.count).toLocaleString("it-IT")}`;
        count.classList.toggle("count--over", left < 0);
      };
      area.after(count);
      area.addEventListener("input", show);
      show();
    }
  };

  for (const form of document.querySelectorAll("form[data-autosave]")) enhance(form);
})();
