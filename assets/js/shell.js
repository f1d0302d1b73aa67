/* The frame of every page: theme, dialogs, copying, menus and keys. */
(function () {
  "use strict";

  function open(id) {
    var dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    document.querySelectorAll("dialog[open]").forEach(function (other) { other.close(); });
    dialog.showModal();
    dialog.dispatchEvent(new CustomEvent("dawsos:opened"));
  }

  function copy(button) {
    var done = function () {
      var label = button.getAttribute("aria-label");
      button.setAttribute("data-copied", "");
      button.setAttribute("aria-label", "Copied");
      setTimeout(function () {
        button.removeAttribute("data-copied");
        button.setAttribute("aria-label", label);
      }, 1600);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copy).then(done, function () {});
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (target.closest("[data-theme-toggle]")) window.DawsOSTheme.toggle();
    if (target.closest("[data-privacy-toggle]")) window.DawsOSPrivacy.toggle();
    var opener = target.closest("[data-opens]");
    if (opener) open(opener.dataset.opens);
    var copier = target.closest("[data-copy]");
    if (copier) copy(copier);
    if (target instanceof HTMLDialogElement) target.close(); // the backdrop
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (!menu.contains(target) || opener) menu.open = false;
    });
  });

  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // The same page of another day or in another currency: what the address says now is kept, and it
  // may have changed since the page was made. A named pack belongs to its own day.
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-keeps-address]")) return;
    event.preventDefault();
    var address = new URL(location.href);
    ["asof", "currency"].forEach(function (name) {
      var field = event.target.querySelector('[name="' + name + '"]:not([type="hidden"])');
      if (!field) return;
      if (name === "asof") address.searchParams.delete("pack");
      if (field.value) address.searchParams.set(name, field.value);
      else address.searchParams.delete(name);
    });
    address.searchParams.delete("page");
    location.assign(address);
  });

  // A fragment that could not be fetched leaves the page as it was, and says so until it is closed.
  function say(text, id) {
    var box = document.getElementById("toasts");
    if (!box) {
      box = document.createElement("div");
      box.id = "toasts";
      box.className = "toasts";
      document.body.append(box);
    }
    var toast = document.createElement("div");
    toast.className = "toast-note";
    toast.setAttribute("role", "alert");
    var message = document.createElement("p");
    message.textContent = text;
    var close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-sm";
    close.textContent = "Close";
    close.addEventListener("click", function () { toast.remove(); });
    toast.append(message, close);
    if (id) {
      var named = document.createElement("p");
      var code = document.createElement("code");
      code.textContent = "correlation id " + id;
      named.append(code);
      toast.append(named);
    }
    while (box.children.length > 2) box.firstChild.remove();
    box.append(toast);
  }

  document.addEventListener("htmx:sendError", function () {
    say("The server could not be reached. What you see is as it was before.");
  });
  document.addEventListener("htmx:responseError", function (event) {
    var answer = event.detail.xhr;
    say(
      "The server answered with an error (" + answer.status + "). What you see is as it was before.",
      answer.getResponseHeader("X-Correlation-ID")
    );
  });

  // A link to something inside a closed disclosure opens it.
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    var closed = target && target.closest("details:not([open])");
    if (!closed) return;
    closed.open = true;
    closed.querySelector("summary").focus({ preventScroll: true });
    closed.scrollIntoView({ block: "center" });
  }

  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) reveal(); // the same link a second time
  });
  reveal();

  // Paper cannot be clicked: the reasons are printed.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.from(document.querySelectorAll(".panel__withheld:not([open])"));
    unfolded.forEach(function (closed) { closed.open = true; });
  });
  window.addEventListener("afterprint", function () {
    unfolded.forEach(function (opened) { opened.open = false; });
  });

  // A swapped list takes the focus that its old self had: Tab goes on from there.
  document.addEventListener("htmx:afterSettle", function (event) {
    var list = event.target.querySelector && event.target.querySelector(".table-box");
    if (list && document.activeElement === document.body) list.focus({ preventScroll: true });
  });

  function typing(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  }

  var waiting = ""; // the first key of a sequence such as "g p"

  var keys = {
    "/": function () {
      var field = document.getElementById("search");
      if (field && field.offsetParent) field.focus();
      else open("palette");
    },
    "?": function () { open("keys"); },
    t: function () { window.DawsOSTheme.toggle(); },
  };

  // g and the letter of a page in the navigation.
  function leading(key) {
    var link = waiting && /^[a-z]$/.test(key) && document.querySelector('[data-go="' + key + '"]');
    return link && function () { link.click(); };
  }

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open("palette");
      return;
    }
    if (event.ctrlKey && !event.altKey && event.key.toLowerCase() === "b") {
      event.preventDefault();
      if (window.DawsOSPrivacy) window.DawsOSPrivacy.toggle();
      return;
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    var action = leading(event.key) || keys[event.key];
    waiting = event.key === "g" && !waiting ? "g " : "";
    if (!action) return;
    waiting = "";
    event.preventDefault();
    action();
  });
})();
