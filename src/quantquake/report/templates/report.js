// Draws every figure in the theme in force, again when the reader's system changes theme, and in
// light before printing. Tables, headline and answers need none of this.
(function () {
  "use strict";
  var root = document.documentElement;
  var config = JSON.parse(document.getElementById("plotly-config").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var slots = document.querySelectorAll("[data-figure]");

  function theme() {
    var chosen = root.dataset.theme;
    return chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
  }

  function draw(name) {
    slots.forEach(function (slot) {
      var id = "spec-" + slot.dataset.figure + "-";
      var spec = document.getElementById(id + name) || document.getElementById(id + "light");
      var figure = JSON.parse(spec.textContent);
      Plotly.react(slot, figure.data, figure.layout, config);
    });
  }

  draw(theme());
  dark.addEventListener("change", function () { draw(theme()); });
  window.addEventListener("beforeprint", function () {
    root.classList.add("printing");
    draw("light");
    slots.forEach(function (slot) { Plotly.Plots.resize(slot); });
  });
  window.addEventListener("afterprint", function () {
    root.classList.remove("printing");
    draw(theme());
    slots.forEach(function (slot) { Plotly.Plots.resize(slot); });
  });
})();
