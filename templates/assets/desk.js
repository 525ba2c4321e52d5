// Keys and live numbers of the desk. Everything works without: a key presses a button that is on the page, and nothing else.
"use strict";

const hasKeys = document.querySelector("[data-keys]") !== null;
const rows = [...document.querySelectorAll("a[data-row]")];

const isTyping = (target) =>
  target instanceof Element && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"));

// The first that can be seen: what is folded away is not there.
const holder = (key) =>
  [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility() && !one.disabled);

const moveAmongRows = (step) => {
  const place = rows.indexOf(document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, place < 0 ? 0 : place + step))]?.focus();
};

const selectRow = () => document.activeElement?.closest("li")?.querySelector("[type=checkbox]")?.click();

const press = (one) => {
  if (one.matches("textarea")) return one.focus();
  const details = one.matches("summary") ? one.parentElement : null;
  // A search that is open already is only gone to.
  if (!details?.open || one.dataset.key === "?") one.click();
  if (details?.open) (details.querySelector("input:not([type=hidden])") ?? one).focus();
};

let prefix = "";
let isLeaving = false;

document.addEventListener("keydown", (event) => {
  if (!hasKeys || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  // A decision is on its way: what is pressed now was meant for the page that comes.
  if (isLeaving) return event.preventDefault();
  const key = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = !prefix && event.key === "g" ? "g" : "";
  const one = holder(key);
  if (one) press(one);
  else if (key === "j" || key === "k") moveAmongRows(key === "j" ? 1 : -1);
  else if (key === "x") selectRow();
  else return;
  event.preventDefault();
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (isLeaving) event.preventDefault();
    isLeaving = true;
  });
}
// Back from where a form led: nothing is on its way any more.
addEventListener("pageshow", () => { isLeaving = false; });

// How many letters the selected rows stand for is said before anything is decided about them, and posted, so that nobody asks again.
const sum = document.querySelector("[data-sum]");
const add = () => {
  const selected = [...document.querySelectorAll("[data-letters]:checked")];
  const letters = selected.reduce((total, one) => total + Number(one.dataset.letters), 0);
  sum.textContent = letters ? `: ${letters.toLocaleString("en")}` : "";
  sum.closest("form").elements.namedItem("said").value = letters || "";
};
if (sum) {
  // Also what a browser has filled in again.
  addEventListener("pageshow", add);
  sum.closest("form").addEventListener("change", add);
}

const live = document.querySelector("[data-live]");
const newer = live?.querySelector("a");

const show = (numbers) => {
  for (const count of document.querySelectorAll("[data-count]")) count.textContent = numbers[count.dataset.count].toLocaleString("en");
  if (!numbers.newer) return;
  // The list waits for a key: it must not jump under a finger.
  newer.querySelector("span").textContent = numbers.newer.toLocaleString("en");
  newer.hidden = false;
};

// Of the pages that are open only those that can be seen listen. One that is signed out gets no events; the next click says so.
let events = null;
const listen = () => {
  events?.close();
  events = document.hidden ? null : new EventSource(live.dataset.live);
  events?.addEventListener("message", (event) => show(JSON.parse(event.data)));
};

if (live) {
  listen();
  document.addEventListener("visibilitychange", listen);
}
