/* One tip for the whole page, beside whatever has data-tip and is pointed at or focused. */
(function () {
  "use strict";
  var tip = document.createElement("div");
  tip.className = "tip";
  tip.id = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // the same words are in the element, for screen readers
  document.body.append(tip);
  var owner = null;

  function show(element) {
    owner = element;
    tip.textContent = element.dataset.tip;
    tip.hidden = false;
    (element.closest("dialog") || document.body).append(tip);
    var box = element.getBoundingClientRect();
    var size = tip.getBoundingClientRect();
    var left = Math.max(12, Math.min(box.left + box.width / 2 - size.width / 2, innerWidth - size.width - 12));
    var above = box.top - size.height - 8;
    tip.style.left = left + "px";
    tip.style.top = (above > 8 ? above : box.bottom + 8) + "px";
  }

  function hide() {
    owner = null;
    tip.hidden = true;
  }

  function enter(event) {
    var element = event.target.closest ? event.target.closest("[data-tip]") : null;
    // A mark inside a summary cannot take the focus; the summary speaks for it.
    if (!element && event.type === "focusin") element = event.target.querySelector("summary:scope [data-tip]");
    if (element) show(element);
  }

  function leave(event) {
    if (owner && event.target.contains && (event.target.contains(owner) || owner.contains(event.target))) hide();
  }

  document.addEventListener("pointerover", enter);
  document.addEventListener("pointerout", leave);
  document.addEventListener("focusin", enter);
  document.addEventListener("focusout", leave);
  document.addEventListener("click", enter);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
})();
