/* Runs before the first paint: the stored theme, else the system's, else dark. */
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: light)");

  function stored() {
    try {
      return localStorage.getItem("dawsos-theme");
    } catch (error) {
      return null; // storage can be refused; the system's wish is then enough
    }
  }

  function apply() {
    var wished = stored();
    var theme = wished === "dark" || wished === "light" ? wished : system.matches ? "light" : "dark";
    if (root.getAttribute("data-bs-theme") !== theme) {
      root.setAttribute("data-bs-theme", theme);
      document.dispatchEvent(new CustomEvent("dawsos:theme"));
    }
  }

  window.DawsOSTheme = {
    toggle: function () {
      var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      var same = (next === "light") === system.matches;
      try {
        // Choosing what the system wants means following the system again.
        if (same) localStorage.removeItem("dawsos-theme");
        else localStorage.setItem("dawsos-theme", next);
      } catch (error) {
        root.setAttribute("data-bs-theme", next);
        document.dispatchEvent(new CustomEvent("dawsos:theme"));
        return;
      }
      apply();
    },
  };

  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  apply();
})();
