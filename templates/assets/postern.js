// The pages work without this. With it, a letter's length is counted while it is written, a short name is looked up while it is typed,
// and a double click sends once.
"use strict";

// Counts as the service does: code points, and a line break as one.
const length = (text) => Array.from(text.replace(/\r\n?/g, "\n")).length;

for (const area of document.querySelectorAll("textarea[data-limit]")) {
  const limit = Number(area.dataset.limit);
  const left = JSON.parse(area.dataset.left);
  const over = JSON.parse(area.dataset.over);
  const language = document.documentElement.lang;
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language, { numberingSystem: "latn" });
  const counter = document.createElement("p");
  counter.className = "count";
  counter.id = area.id + "-count";
  // Read out when the person pauses, and shown only when the end is near.
  counter.setAttribute("aria-live", "polite");
  area.after(counter);
  area.setAttribute("aria-describedby", [area.getAttribute("aria-describedby"), counter.id].filter(Boolean).join(" "));
  const count = () => {
    const rest = limit - length(area.value);
    const forms = rest < 0 ? over : left;
    const number = Math.abs(rest);
    const text = (forms[rules.select(number)] || forms.other).replace("{n}", numbers.format(number));
    counter.textContent = rest < limit / 10 ? text : "";
    counter.classList.toggle("over", rest < 0);
  };
  area.addEventListener("input", count);
  count();
}

for (const field of document.querySelectorAll("input[data-free]")) {
  const answer = document.createElement("p");
  answer.className = "free";
  answer.id = field.id + "-free";
  answer.setAttribute("aria-live", "polite");
  field.after(answer);
  field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), answer.id].filter(Boolean).join(" "));
  let pause;
  const ask = async (typed) => {
    try {
      const found = await fetch(field.dataset.free + "&handle=" + encodeURIComponent(typed), { credentials: "omit" });
      // What was typed meanwhile is asked about by itself.
      if (!found.ok || field.value !== typed) return;
      const { state, text } = await found.json();
      answer.textContent = text;
      answer.classList.toggle("taken", state !== "free");
    } catch {
      // The form says it when it is sent.
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(pause);
    answer.textContent = "";
    const typed = field.value;
    if (typed.trim()) pause = setTimeout(ask, 400, typed);
  });
}

for (const form of document.querySelectorAll("form[data-once]")) {
  const button = form.querySelector("button[type=submit]");
  const label = button.textContent;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.sending;
  });
  const ready = () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  };
  // Somebody who comes back from the next page finds the form as it was.
  window.addEventListener("pageshow", ready);
  // The service waits 20 s for a letter. Anyone who stopped a slow one can send it again; sent twice, it is still one letter.
  form.addEventListener("submit", () => setTimeout(ready, 25000));
}

// A form that comes back starts with what must be corrected.
const notice = document.getElementById("notice");
if (notice) notice.focus();
