/* Sorting a table by a column: numbers by their stored value, words by the alphabet, and what is
   withheld always last. Without this script the table stays in its given order. */
(function () {
  "use strict";

  function key(cell) {
    var data = cell.querySelector("data");
    if (data) {
      var number = Number(data.value);
      return Number.isNaN(number) ? data.value : number;
    }
    var text = cell.textContent.trim();
    return cell.querySelector(".figure--withheld") || text === "—" || text === "" ? null : text;
  }

  function compare(a, b) {
    if (a === null || b === null) return 0;
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  }

  function sort(table, column, descending) {
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row) { return { row: row, key: key(row.cells[column]) }; });
    rows.sort(function (a, b) {
      if ((a.key === null) !== (b.key === null)) return a.key === null ? 1 : -1;
      return descending ? compare(b.key, a.key) : compare(a.key, b.key);
    });
    body.append.apply(body, rows.map(function (item) { return item.row; }));
  }

  // The heading itself, or, where it leads to a definition, an arrow beside it: a link inside a
  // button could not be told from it by keys and ears.
  function sortButton(head) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "data-table__sort";
    if (head.querySelector("a, button")) {
      button.classList.add("data-table__sort--beside");
      button.setAttribute("aria-label", "Sort by " + head.textContent.trim());
    } else button.append.apply(button, Array.from(head.childNodes));
    head.append(button);
    return button;
  }

  function attach(table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      var button = sortButton(head);
      button.addEventListener("click", function () {
        var now = head.getAttribute("aria-sort");
        // Numbers are most often wanted from the largest down.
        var descending = now ? now === "ascending" : head.classList.contains("is-numeric");
        table.querySelectorAll("[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sort(table, column, descending);
      });
    });
  }

  function attachAll(root) {
    root.querySelectorAll("table[data-sortable]:not([data-sortable=on])").forEach(function (table) {
      table.setAttribute("data-sortable", "on");
      if (table.tBodies.length && table.tBodies[0].rows.length > 1) attach(table);
    });
  }

  /* What lies beyond the right edge fades and is counted, so that nobody takes the table for
     complete. The button is for hands: the box itself scrolls by keys. */
  function hint(box) {
    var more = box.scrollWidth - box.clientWidth - box.scrollLeft > 4;
    box.toggleAttribute("data-more", more);
    var button = box.nextElementSibling;
    if (!button || !button.classList.contains("table-more")) {
      if (!more) return;
      button = moreButton(box);
    }
    button.hidden = !more;
    button.textContent = more ? beyond(box) : "";
  }

  function beyond(box) {
    var edge = box.getBoundingClientRect().right - 4;
    var count = Array.from(box.querySelectorAll("thead th")).filter(function (head) {
      return head.getBoundingClientRect().right > edge;
    }).length;
    return count + " more column" + (count === 1 ? "" : "s") + " →";
  }

  function moreButton(box) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "table-more";
    button.tabIndex = -1;
    button.addEventListener("click", function () {
      box.scrollBy({ left: box.clientWidth * 0.6, behavior: "smooth" });
    });
    box.after(button);
    return button;
  }

  var widths = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) { hint(entry.target); });
  });

  function attachBoxes(root) {
    root.querySelectorAll(".table-box").forEach(function (box) {
      widths.observe(box);
      box.addEventListener("scroll", function () { hint(box); }, { passive: true });
    });
  }

  attachAll(document);
  attachBoxes(document);
  document.addEventListener("htmx:load", function (event) {
    if (event.target === document.body) return; // htmx announces the first page too
    attachAll(event.target);
    attachBoxes(event.target);
  });
})();
