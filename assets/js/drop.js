// A file dropped on the form is chosen as if by hand; its name stands where the invitation stood.
document.querySelectorAll("[data-drop]").forEach((form) => {
  const input = form.querySelector("input[type=file]");
  const name = form.querySelector("[data-drop-name]");
  const zone = form.querySelector(".drop");
  const invitation = name.textContent;
  const show = () => {
    const file = input.files[0];
    name.textContent = file ? `${file.name}, ${Math.max(1, Math.round(file.size / 1024))} KiB` : invitation;
    zone.classList.toggle("drop--chosen", Boolean(file));
  };
  input.addEventListener("change", show);
  ["dragenter", "dragover"].forEach((kind) =>
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("drop--over");
    }),
  );
  zone.addEventListener("dragleave", () => zone.classList.remove("drop--over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop--over");
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      show();
    }
  });
  show();
});
