"use strict";
// Brings a page of charts to life: the charts, their buttons and sliders, the gallery, the language.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = new Map();
  const all = (pattern, root = document) => [...root.querySelectorAll(pattern)];

  for (const place of all("[data-figure]")) charts.set(place.id, place.chart = new Chart(place, data[place.dataset.figure]));

  // a gallery's pictures are drawn when they come into sight
  const small = new Map();
  const inSight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || small.has(target)) continue;
      small.set(target, new Chart(target.querySelector(".small-picture"), data[target.dataset.show], true));
    }
  });

  // which of several figures a chart shows, and which of its frames
  function show(chart, name) {
    const figure = data[name], slider = document.querySelector(`input[data-frames="${chart.root.id}"]`);
    if (slider && figure.frames) {
      slider.max = figure.frames.length - 1;
      slider.value = Math.min(slider.value, slider.max);
    }
    chart.figure = null;
    chart.traces = [];
    chart.show(figure, figure.frames ? Number(slider ? slider.value : 0) : undefined);
    if (slider) turned(slider);
  }

  // what stands beside the slider: the cutoff, and each model's error there
  function turned(slider) {
    const chart = charts.get(slider.dataset.frames), { frames } = chart.figure, frame = frames[slider.value];
    const label = document.querySelector(`[data-frame-label="${slider.dataset.frames}"]`);
    if (label) label.textContent = `${frame.label} (${Number(slider.value) + 1} / ${frames.length})`;
    slider.setAttribute("aria-valuetext", frame.label);
    const errors = document.querySelector(`[data-frame-errors="${slider.dataset.frames}"]`);
    if (!errors) return;
    errors.replaceChildren(...frame.errors.map(([name, colour, error]) => {
      const row = document.createElement("span"), swatch = document.createElement("i");
      swatch.className = "line";
      swatch.style.setProperty("--of", `var(--${colour})`);
      row.append(swatch, `${name} ${draw.figures(error)}`);
      return row;
    }));
  }

  for (const slider of all("input[data-frames]")) {
    const chart = charts.get(slider.dataset.frames);
    show(chart, chart.root.dataset.figure);
    slider.addEventListener("input", () => { chart.show(chart.figure, Number(slider.value)); turned(slider); });
    for (const button of all(`button[data-turn="${slider.dataset.frames}"]`)) {
      button.addEventListener("click", () => {
        slider.value = Number(slider.value) + Number(button.dataset.by);
        slider.dispatchEvent(new Event("input"));
      });
    }
  }

  for (const button of all("button[data-view]")) {
    const chart = charts.get(button.dataset.chart);
    button.addEventListener("click", () => {
      if (button.dataset.view === "home") chart.look(chart.home);
      else if (button.dataset.view === "all") chart.look(chart.all());
      else chart.zoom(button.dataset.view === "in" ? 0.6 : 1 / 0.6);
    });
  }

  for (const select of all("select[data-chart]")) {
    select.addEventListener("change", () => show(charts.get(select.dataset.chart), select.value));
  }

  for (const gallery of all("[data-gallery]")) {
    const cards = all("[data-show]", gallery), chart = charts.get(gallery.dataset.gallery);
    const title = document.querySelector(`[data-shown="${gallery.dataset.gallery}"]`);
    for (const card of cards) {
      inSight.observe(card);
      card.addEventListener("click", () => {
        cards.forEach((other) => other.setAttribute("aria-pressed", other === card));
        title.textContent = card.querySelector(".name").textContent;
        show(chart, card.dataset.show);
        chart.root.scrollIntoView({ block: "nearest" });
      });
    }
    const search = gallery.querySelector("input[type=search]"), none = gallery.querySelector("[data-none]");
    if (!search) continue;
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLowerCase();
      cards.forEach((card) => { card.hidden = !card.querySelector(".name").textContent.toLowerCase().includes(wanted); });
      none.hidden = cards.some((card) => !card.hidden);
    });
  }

  document.getElementById("lang").addEventListener("click", () => {
    document.documentElement.lang = document.documentElement.lang === "zh" ? "en" : "zh";
    charts.forEach((chart) => chart.speak());
  });
  const paint = () => [...charts.values(), ...small.values()].forEach((chart) => chart.paint());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  // paper is white, whatever the screen is
  addEventListener("beforeprint", () => { document.documentElement.dataset.printing = "yes"; paint(); });
  addEventListener("afterprint", () => { delete document.documentElement.dataset.printing; paint(); });
  document.documentElement.dataset.ready = "yes";
})();
