/* A figure that is asked why: its explanation opens beside the page. Without this file, or with a
   modifier key, the link leads to the same explanation as a page of its own. */
(function () {
  "use strict";

  function plain(event) {
    return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-why]");
    var drawer = document.getElementById("why");
    if (!link || !drawer || !window.htmx || !plain(event) || link.closest(".why-card")) return;
    event.preventDefault();
    var body = document.getElementById("why-body");
    if (!drawer.open) {
      body.replaceChildren(waiting());
      drawer.showModal();
    }
    body.setAttribute("aria-busy", "true");
    window.htmx
      .ajax("GET", link.href, { target: "#why-body" })
      .catch(function () {})
      .then(function () {
        body.removeAttribute("aria-busy");
        body.scrollTop = 0;
        body.focus({ preventScroll: true });
      });
  });

  function waiting() {
    var line = document.createElement("p");
    line.className = "muted";
    line.setAttribute("role", "status");
    line.textContent = "Opening what this figure follows from…";
    return line;
  }

  // An explanation that could not be had says so where it was asked for.
  document.addEventListener("htmx:responseError", function (event) {
    var body = document.getElementById("why-body");
    if (!body || event.detail.target !== body) return;
    var page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    var card = page.querySelector("[data-error]") || page.querySelector(".error-card");
    body.replaceChildren(card ? document.importNode(card, true) : waiting());
    if (!card) body.firstChild.textContent = "This figure could not be explained (" + event.detail.xhr.status + ").";
  });
})();
