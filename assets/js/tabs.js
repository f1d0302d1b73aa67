/* Panels behind tabs: arrows, Home and End move, as the ARIA pattern says. Without this script, and
   on paper, all are shown one after another under their headings. */
(function () {
  "use strict";

  function select(tabs, chosen, focus) {
    tabs.forEach(function (tab) {
      var on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).classList.toggle("tabs__body--away", !on);
    });
    if (focus) chosen.focus();
  }

  function attach(box) {
    if (box.dataset.tabs === "on") return;
    box.dataset.tabs = "on";
    var list = box.querySelector("[role=tablist]");
    var tabs = Array.from(list.querySelectorAll("[role=tab]"));
    list.hidden = false;
    box.classList.add("tabs--on");
    tabs.forEach(function (tab, index) {
      var body = document.getElementById(tab.getAttribute("aria-controls"));
      body.setAttribute("role", "tabpanel");
      body.tabIndex = 0;
      tab.addEventListener("click", function () { select(tabs, tab, false); });
      tab.addEventListener("keydown", function (event) {
        var steps = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 };
        if (!(event.key in steps)) return;
        event.preventDefault();
        select(tabs, tabs[(steps[event.key] + tabs.length) % tabs.length], true);
      });
    });
    select(tabs, tabs[0], false);
  }

  /* A link to something behind a tab opens it. */
  function reveal() {
    var target = window.location.hash && document.getElementById(window.location.hash.slice(1));
    var body = target && target.closest(".tabs__body--away");
    if (!body) return;
    document.getElementById(body.getAttribute("aria-labelledby")).click();
    target.scrollIntoView();
  }

  function attachAll(root) { root.querySelectorAll("[data-tabs]").forEach(attach); }

  attachAll(document);
  reveal();
  window.addEventListener("hashchange", reveal);
  document.addEventListener("htmx:load", function (event) { attachAll(event.target); });
})();
