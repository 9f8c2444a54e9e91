// Files dropped anywhere on the page go into the form's field, so that the same form sends them.
const field = document.getElementById("files");
const place = document.getElementById("drop");
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    place.classList.toggle("over", name === "dragover");
    if (name === "drop") field.files = event.dataTransfer.files;
  });
}
