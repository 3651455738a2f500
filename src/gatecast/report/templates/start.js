"use strict";
// Brings a page to life: its players, its charts, its language.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const players = [...document.querySelectorAll("[data-glass]")].map(
    (root) => new Glass(root, data.glass[root.dataset.glass]),
  );
  const main = players[0];

  function forecastChart(place) {
    const { values, times, forecast: f } = main.packed, ink = draw.colours();
    const area = draw.canvas(place, 240);
    if (!area) return;
    const past = f.follows ? Math.min(values.length, Math.max(5 * f.values.length, 60)) : 0;
    const shown = values.slice(values.length - past), b = past + f.values.length;
    const labels = [...times.slice(times.length - past), ...f.times];
    const ends = f.bands.flatMap((band) => [[band.low, 0, b], [band.high, 0, b]]);
    const [low, high] = draw.extent([[shown, 0, b], [f.values, 0, b], ...ends]);
    const top = 8, bottom = area.height - 24;
    const y = draw.valueAxis(area, low, high, top, bottom, ink);
    // each is joined to the last observation, so that the eye can follow
    const joined = (array) => (past ? [shown[past - 1], ...array] : array), from = past ? past - 1 : 0;
    f.bands.forEach((band, i) => {
      draw.band(area, joined(band.low), joined(band.high), from, 0, b, y, ink.accent, 0.15 + 0.15 * i);
    });
    draw.line(area, shown, 0, b, y, ink.series, 1.5);
    draw.line(area, [...Array(from).fill(null), ...joined(f.values)], 0, b, y, ink.accent, 2.5);
    draw.timeAxis(area, labels, 0, b, bottom, ink);
    place.setAttribute("aria-label", words().forecastChart);
  }

  function barsChart(place) {
    const found = data.attribution, said = words(), ink = draw.colours(), which = document.getElementById("ahead");
    const amounts = found.amounts[which.selectedIndex < 0 ? 0 : which.selectedIndex];
    const area = draw.canvas(place, 220);
    if (!area) return;
    // as many of the last steps as hold nearly everything
    const sizes = amounts.map(Math.abs), all = sizes.reduce((x, y) => x + y, 0);
    let lags = 0;
    for (let sum = 0; lags < sizes.length && (sum < 0.99 * all || lags < 12); lags++) sum += sizes[lags];
    place.dataset.lags = lags;
    const bars = amounts.slice(0, lags).reverse(), end = main.packed.times.length;
    const [low, high] = draw.extent([[bars, 0, lags], [[0], 0, 1]]);
    const bottom = area.height - 24, y = draw.valueAxis(area, low, high, 8, bottom, ink);
    const wide = (area.right - area.left) / lags, gap = wide > 6 ? 2 : wide > 3 ? 1 : 0;
    bars.forEach((amount, i) => {
      area.pen.fillStyle = amount < 0 ? ink.warm : ink.accent;
      area.pen.fillRect(area.left + i * wide + gap / 2, Math.min(y(0), y(amount)), wide - gap, Math.max(0.5, Math.abs(y(amount) - y(0))));
    });
    draw.timeAxis(area, main.packed.times.slice(Math.max(0, end - lags)), 0, lags, bottom, ink);
    place.setAttribute("aria-label", said.barsChart);
    const most = sizes.indexOf(Math.max(...sizes)), sign = (x) => (x < 0 ? "−" : "+") + draw.short(+Math.abs(x).toPrecision(3));
    const step = found.steps[which.selectedIndex < 0 ? 0 : which.selectedIndex];
    const told = said.sum({
      lags: amounts.length, sum: sign(amounts.reduce((x, y) => x + y, 0)), most: sign(amounts[most]),
      unit: found.own ? said.ownUnit : said.netUnit, lag: most, time: main.packed.times[end - 1 - most],
      ahead: document.documentElement.lang === "zh" ? step : `${step} ${step === 1 ? said.step : said.steps}`,
    });
    const sums = found.sums[which.selectedIndex < 0 ? 0 : which.selectedIndex];
    // the strongest inputs; of many the others are one
    const order = found.inputs.map((_, i) => i).sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a]));
    const list = order.slice(0, 8).map((i) => `${said.inputNames[found.inputs[i]] || found.inputs[i]} ${sign(sums[i])}`);
    const rest = order.slice(8);
    if (rest.length) list.push(`${said.others(rest.length)} ${sign(rest.reduce((sum, i) => sum + sums[i], 0))}`);
    document.getElementById("shares").textContent = told + (list.length > 1 ? said.inputs(list) : "");
  }

  function curvesChart(place) {
    const ink = draw.colours(), area = draw.canvas(place, 200), epochs = Math.max(...data.losses.map((l) => l.length));
    if (!area) return;
    const [low, high] = draw.extent(data.losses.map((loss) => [loss, 0, epochs]));
    const bottom = area.height - 24, y = draw.valueAxis(area, low, high, 8, bottom, ink);
    for (const loss of data.losses) {
      draw.line(area, loss, 0, epochs, y, ink.accent, 1.5);
      if (epochs < 30) draw.dots(area, loss, 0, epochs, y, ink.accent, 2.5);
    }
    draw.timeAxis(area, Array.from({ length: epochs }, (_, i) => i + 1), 0, epochs, bottom, ink);
    place.setAttribute("aria-label", words().curvesChart);
  }

  function residualsChart(place) {
    const { values, prediction, times } = main.packed, ink = draw.colours(), area = draw.canvas(place, 180);
    if (!area) return;
    const left = values.map((value, i) => (value === null || prediction[i] === null ? null : value - prediction[i]));
    const [low, high] = draw.extent([[left, 0, left.length]]), most = Math.max(-low, high);
    const bottom = area.height - 24, y = draw.valueAxis(area, -most, most, 8, bottom, ink);
    draw.dots(area, left, 0, left.length, y, ink.accent, left.length > 1000 ? 1 : 2.5);
    draw.timeAxis(area, times, 0, left.length, bottom, ink);
    place.setAttribute("aria-label", words().residualsChart);
  }

  const charts = { forecast: forecastChart, bars: barsChart, curves: curvesChart, residuals: residualsChart };
  const paint = () => document.querySelectorAll("canvas[data-chart]").forEach((place) => charts[place.dataset.chart](place));

  function everything() {
    const said = words(), which = document.getElementById("ahead");
    if (which) {
      const chosen = Math.max(0, which.selectedIndex);
      which.replaceChildren(...data.attribution.steps.map((step) => {
        const option = document.createElement("option");
        option.textContent = document.documentElement.lang === "zh" ? `${step} ${said.ahead}` : `${step} ${step === 1 ? said.step : said.steps} ${said.ahead}`;
        return option;
      }));
      which.selectedIndex = chosen;
    }
    players.forEach((player) => player.speak());
    paint();
  }

  const ahead = document.getElementById("ahead");
  if (ahead) ahead.addEventListener("change", paint);
  // a click on a chart of the last steps leads to what the memory did there
  function leads(chart, steps) {
    document.querySelector(`[data-chart="${chart}"]`)?.addEventListener("click", (event) => {
      const place = event.currentTarget, x = event.clientX - place.getBoundingClientRect().left;
      const count = steps(place), share = (x - 52) / (place.clientWidth - 14 - 52);
      if (share < 0 || share >= 1) return;
      main.pause();
      main.go(main.n - count + Math.floor(share * count));
    });
  }
  leads("bars", (place) => Number(place.dataset.lags));
  leads("residuals", () => main.n);
  document.getElementById("lang").addEventListener("click", () => {
    const page = document.documentElement;
    page.lang = page.lang === "zh" ? "en" : "zh";
    everything();
  });
  const redraw = () => { players.forEach((player) => player.paint()); paint(); };
  addEventListener("resize", redraw);
  // paper is white, whatever the screen is
  addEventListener("beforeprint", () => { document.documentElement.dataset.printing = "yes"; redraw(); });
  addEventListener("afterprint", () => { delete document.documentElement.dataset.printing; redraw(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  everything();
  document.documentElement.dataset.ready = "yes";
})();
