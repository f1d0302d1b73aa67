/* The search field and the Ctrl-K palette: one list of destinations, filtered while typing. The
   destinations are the page's own links (data-command), the JSON block of portfolios, and what the
   server knows besides (holdings, patterns), which is asked for once, when a list is opened. */
(function () {
  "use strict";

  var fetched = null;

  function fetchOnce(address, then) {
    if (fetched || !address) return;
    fetched = [];
    fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : { links: [] }; })
      .then(function (found) { fetched = found.links; then(); })
      .catch(function () { fetched = null; }); // asked again when the list is opened again
  }

  function destinations() {
    var block = document.getElementById("palette-links");
    var listed = block ? JSON.parse(block.textContent) : [];
    document.querySelectorAll("a[data-command]").forEach(function (link) {
      listed.push({ label: link.textContent.trim(), url: link.href, hint: link.dataset.command });
    });
    listed = listed.concat(fetched || []);
    var seen = {};
    return listed.filter(function (item) {
      var key = new URL(item.url, location.href).href;
      return seen[key] ? false : (seen[key] = true);
    });
  }

  // Every word must begin some word of the label or the hint.
  function matches(item, query) {
    var words = (item.label + " " + (item.hint || "")).toLowerCase().split(/[\s·,/]+/);
    return query.toLowerCase().split(/\s+/).every(function (part) {
      return words.some(function (word) { return word.indexOf(part) === 0; });
    });
  }

  function option(item, id) {
    var entry = document.createElement("li");
    entry.className = "command";
    entry.id = id;
    entry.setAttribute("role", "option");
    entry.setAttribute("aria-selected", "false");
    entry.dataset.url = item.url;
    var label = document.createElement("span");
    label.textContent = item.label;
    entry.append(label);
    if (item.hint) {
      var hint = document.createElement("span");
      hint.className = "command__hint";
      hint.textContent = item.hint;
      entry.append(hint);
    }
    return entry;
  }

  function attach(root) {
    var field = root.querySelector("[data-commands-field]");
    var list = root.querySelector("[role=listbox]");
    var always = root.hasAttribute("data-commands-always");
    var chosen = -1;

    function choose(index) {
      var entries = list.querySelectorAll("[role=option]");
      chosen = entries.length ? (index + entries.length) % entries.length : -1;
      entries.forEach(function (entry, at) { entry.setAttribute("aria-selected", String(at === chosen)); });
      if (chosen < 0) field.removeAttribute("aria-activedescendant");
      else {
        field.setAttribute("aria-activedescendant", entries[chosen].id);
        entries[chosen].scrollIntoView({ block: "nearest" });
      }
    }

    function show() {
      fetchOnce(root.dataset.source, show);
      var query = field.value.trim();
      var found = query ? destinations().filter(function (item) { return matches(item, query); }) : destinations();
      var hidden = !always && document.activeElement !== field;
      list.replaceChildren.apply(list, found.slice(0, 12).map(function (item, at) {
        return option(item, list.id + "-" + at);
      }));
      if (!found.length) {
        var none = document.createElement("li");
        none.className = "commands__none";
        none.textContent = "Nothing matches “" + query + "”.";
        list.append(none);
      }
      list.hidden = hidden;
      field.setAttribute("aria-expanded", String(!hidden));
      choose(0);
    }

    function go() {
      var entry = list.querySelectorAll("[role=option]")[chosen];
      if (entry) location.assign(entry.dataset.url);
    }

    function hide() {
      if (always) return;
      list.hidden = true;
      field.setAttribute("aria-expanded", "false");
    }

    field.addEventListener("input", show);
    field.addEventListener("focus", show);
    field.addEventListener("blur", hide);
    field.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Enter") go();
      else if (event.key === "Escape" && !always) { field.value = ""; field.blur(); } // a dialog closes by itself
      else return;
      event.preventDefault();
    });
    // Before the field loses the focus, which would hide the list under the pointer.
    list.addEventListener("pointerdown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      var entry = event.target.closest("[role=option]");
      if (entry) location.assign(entry.dataset.url);
    });
    root.addEventListener("dawsos:opened", function () {
      field.value = "";
      field.focus();
      show();
    });
  }

  document.querySelectorAll("[data-commands]").forEach(attach);
})();
