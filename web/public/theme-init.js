// Sets the theme before the first paint; a file of its own, since the content security policy allows no inline script.
(function () {
  var choice = "system";
  try {
    choice = localStorage.getItem("orc.theme") || "system";
  } catch {
    // Storage may be blocked: the system's theme it is.
  }
  var dark = choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
