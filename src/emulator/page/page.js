// Keeps the page up to date with what the emulator sends. A row that did not change stays the element that it is, so that the
// focus, a selection and opened parameters stay where they are.
"use strict";

(() => {
  const connection = document.getElementById("connection");
  const sources = new WeakMap();
  let isFirst = true;

  const say = (state, words) => {
    if (connection.textContent !== words) {
      connection.dataset.state = state;
      connection.textContent = words;
    }
  };

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  };

  // The same object with other values: it stays open where it was.
  const keepOpen = (old, row) => {
    const details = row.querySelectorAll("details");
    old.querySelectorAll("details").forEach((each, index) => {
      if (details[index]) {
        details[index].open = each.open;
      }
    });
  };

  const replaceRows = (body, html) => {
    const rows = Array.from(parse(html).children);
    const ids = new Set(rows.map((row) => row.id));
    Array.from(body.rows).filter((row) => !ids.has(row.id)).forEach((row) => row.remove());
    let place = body.firstElementChild;
    for (const row of rows) {
      const old = place && place.id === row.id ? place : null;
      const source = row.outerHTML;
      if (old) {
        place = old.nextElementSibling;
        if (sources.get(old) === source) {
          continue;
        }
        keepOpen(old, row);
        old.replaceWith(row);
      } else {
        body.insertBefore(row, place);
      }
      sources.set(row, source);
      if (!isFirst) {
        row.classList.add("fresh");
      }
    }
  };

  const update = (id, html) => {
    const element = document.getElementById(id);
    if (!element) {
      return;
    }
    if (element.tagName === "TBODY") {
      replaceRows(element, html);
      return;
    }
    // Written only when it differs: every write is read aloud.
    const content = parse(html);
    if (element.textContent !== content.textContent) {
      element.replaceChildren(content);
    }
  };

  document.querySelectorAll("tbody tr").forEach((row) => sources.set(row, row.outerHTML));

  const events = new EventSource("/_emulator/page-events");
  events.onopen = () => say("live", "Live");
  events.onmessage = (event) => {
    for (const [id, html] of Object.entries(JSON.parse(event.data))) {
      update(id, html);
    }
    isFirst = false;
  };
  events.onerror = () => say("lost", "Not connected: the emulator has ended. This is the last that it showed.");
  // A page that is left closes its connection at once.
  addEventListener("pagehide", () => events.close());
})();
