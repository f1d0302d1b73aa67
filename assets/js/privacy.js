/* Runs before the first paint: whether figures are blurred, for work where others can see it. */
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "dawsos-privacy";
  var kept = false; // where storage is refused, the choice lasts as long as the page

  function stored() {
    try {
      return localStorage.getItem(KEY) === "on";
    } catch (error) {
      return kept;
    }
  }

  function apply() {
    var on = stored();
    root.toggleAttribute("data-private", on);
    document.querySelectorAll("[data-privacy-toggle]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(on));
    });
    var status = document.getElementById("privacy-status");
    // Whoever listens is told: what they hear, nobody else reads on the screen.
    if (status) status.textContent = on ? "Figures are blurred on the screen. They are still read aloud." : "";
  }

  window.DawsOSPrivacy = {
    toggle: function () {
      kept = !root.hasAttribute("data-private");
      try {
        if (kept) localStorage.setItem(KEY, "on");
        else localStorage.removeItem(KEY);
      } catch (error) {
        // see `stored`
      }
      apply();
    },
  };

  document.addEventListener("DOMContentLoaded", apply);
  window.addEventListener("storage", apply);
  apply();
})();
