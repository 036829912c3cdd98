"use strict";
// Sorts every table with sort buttons, filters the ranked list with its cards, and hides names for a meeting.
// Nothing is kept: a page opened again is as it was printed.
(() => {
  const root = document.documentElement;
  const all = (what, within) => Array.from((within || document).querySelectorAll(what));
  // Without accents, so that "gjelosh" finds "Gjëlosh".
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();
  const order = new Intl.Collator(root.lang, { numeric: true, sensitivity: "base" });

  const list = document.querySelector("table[data-list]");
  const body = list && list.tBodies[0];
  const cards = new Map(all("article[data-card]").map((card) => [card.dataset.rank, card]));

  // --- sorting
  // Rows alike in one column keep the order they came in.
  const places = new Map(all("tbody tr").map((row, at) => [row, at]));
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
  };
  const sort = (button) => {
    const head = button.closest("th");
    const table = head.closest("table");
    const down = head.getAttribute("aria-sort") === "ascending";
    const rows = Array.from(table.tBodies[0].rows).map((row) => [key(row, head.cellIndex), row]);
    rows.sort(([a, one], [b, other]) => {
      const came = places.get(one) - places.get(other);
      // What is not known stands last, whichever way.
      if (a === "" || b === "") return (a === "") - (b === "") || came;
      const by = isNaN(a) || isNaN(b) ? order.compare(a, b) : a - b;
      return (down ? -by : by) || came;
    });
    for (const [, row] of rows) {
      table.tBodies[0].append(row);
      const card = table === list && cards.get(row.dataset.rank);
      if (card) card.parentNode.append(card);
    }
    for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  for (const button of all("th button[data-sort]")) {
    button.disabled = false;
    button.addEventListener("click", () => sort(button));
  }

  // --- names
  const names = all(".who").map((who) => [who, who.textContent]);
  const hide = document.querySelector("button[data-hide-names]");
  if (hide) {
    hide.addEventListener("click", () => {
      const hidden = hide.getAttribute("aria-pressed") !== "true";
      hide.setAttribute("aria-pressed", String(hidden));
      if (hidden) root.dataset.names = "hidden";
      else delete root.dataset.names;
      // A name that was looked for would still stand there to be read.
      if (hidden && search) search.value = "";
      for (const [who, name] of names) who.textContent = hidden ? hide.dataset.instead + " " + who.dataset.n : name;
      show();
    });
  }

  // --- filters
  const search = document.querySelector("input[data-search]");
  const selects = all("select[data-filter]");
  const count = document.querySelector("[data-count]");
  const show = () => {
    if (!body || !search) return;
    const words = fold(search.value).split(/\s+/);
    let shown = 0;
    for (const row of body.rows) {
      const text = fold(all(".who, .why", row).map((part) => part.textContent).join(" ") + " " + row.dataset.class);
      const fits = words.every((word) => text.includes(word)) &&
        selects.every((select) => select.value === "" || row.dataset[select.dataset.filter] === select.value);
      row.hidden = !fits;
      const card = cards.get(row.dataset.rank);
      if (card) card.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = count.dataset.text.replace("#", shown).replace("#", body.rows.length);
  };
  const clear = () => {
    search.value = "";
    for (const select of selects) select.value = "";
    show();
  };
  const tools = document.querySelector("[data-tools]");
  if (tools && search) {
    tools.hidden = false;
    search.addEventListener("input", show);
    for (const select of selects) select.addEventListener("change", show);
    document.querySelector("button[data-clear]").addEventListener("click", clear);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") clear();
    });
    // A browser may bring back what stood in the fields before.
    clear();
  }
  root.classList.add("js");
})();
