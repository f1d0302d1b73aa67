/* Choosing the columns of a table. The choice is kept in this browser, for this table of this pattern;
   the first column names the row and stays. Without this script all columns are shown. */
(function () {
  "use strict";

  function kept(key) {
    try { return JSON.parse(window.localStorage.getItem(key) || "[]"); } catch (error) { return []; }
  }

  function keep(key, hidden) {
    try { window.localStorage.setItem(key, JSON.stringify(hidden)); } catch (error) { /* a private window */ }
  }

  function show(table, index, shown) {
    Array.from(table.rows).forEach(function (row) {
      if (row.cells[index]) row.cells[index].hidden = !shown;
    });
  }

  function attach(menu) {
    var panel = document.getElementById(menu.dataset.columnsFor);
    var table = panel && panel.querySelector("table");
    if (!table || menu.dataset.ready) return;
    menu.dataset.ready = "yes";
    var key = "dawsos-columns:" + menu.dataset.columnsKey;
    var hidden = kept(key);
    var list = document.createElement("fieldset");
    var legend = document.createElement("legend");
    legend.textContent = "Shown columns";
    list.append(legend);
    Array.from(table.tHead.rows[0].cells).forEach(function (head, index) {
      if (!index) return;
      var name = head.textContent.trim();
      var label = document.createElement("label"), box = document.createElement("input");
      box.type = "checkbox";
      box.checked = hidden.indexOf(name) < 0;
      if (!box.checked) show(table, index, false);
      box.addEventListener("change", function () {
        show(table, index, box.checked);
        hidden = hidden.filter(function (other) { return other !== name; }).concat(box.checked ? [] : [name]);
        keep(key, hidden);
        mark();
      });
      label.append(box, " " + name);
      list.append(label);
    });
    menu.append(list);
    var summary = menu.querySelector("summary");
    function mark() {
      var away = list.querySelectorAll("input:not(:checked)").length;
      summary.textContent = away ? "Columns, " + away + " hidden" : "Columns";
    }
    mark();
    menu.hidden = false;
    menu.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      summary.focus();
      event.stopPropagation();
    });
    document.addEventListener("click", function (event) { if (!menu.contains(event.target)) menu.open = false; });
  }

  function attachAll(root) { root.querySelectorAll("[data-columns-for]").forEach(attach); }

  attachAll(document);
  document.addEventListener("htmx:load", function (event) { attachAll(event.target); });
})();
