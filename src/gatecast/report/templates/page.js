"use strict";
// Draws each chart in its place, in the colours of the reader's light or dark setting.
(() => {
  const figures = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };

  function coloured(layout) {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink").trim();
    const rule = style.getPropertyValue("--rule").trim();
    const axis = { gridcolor: rule, zerolinecolor: rule, linecolor: rule };
    return {
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: getComputedStyle(document.body).fontFamily, size: 13 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: rule, activecolor: ink },
      hoverlabel: { bgcolor: style.getPropertyValue("--card").trim(), font: { color: ink } },
      xaxis: { ...axis, ...layout.xaxis },
      yaxis: { ...axis, ...layout.yaxis },
    };
  }

  function draw(place) {
    const figure = figures[place.dataset.figure];
    // in a small chart the tools would lie on the legend
    const tools = place.classList.contains("small") ? { displayModeBar: false } : {};
    // on a phone the names of many lines would take the chart's place; the table has their colours
    const crowded = place.clientWidth < 480 && figure.data.length > 5 ? { showlegend: false } : {};
    Plotly.react(place, figure.data, { ...coloured(figure.layout), ...crowded }, { ...config, ...tools });
  }

  const places = document.querySelectorAll("[data-figure]");
  places.forEach(draw);
  dark.addEventListener("change", () => places.forEach(draw));

  // buttons that move a chart to a range of its time axis, or to all of it
  document.querySelectorAll("button[data-chart]").forEach((button) => {
    button.addEventListener("click", () => {
      const place = document.getElementById(button.dataset.chart);
      const home = figures[place.dataset.figure].layout.xaxis.range;
      if (button.dataset.view === "home" && home) {
        Plotly.relayout(place, { "xaxis.range": [...home], "yaxis.autorange": true });
      } else {
        Plotly.relayout(place, { "xaxis.autorange": true, "yaxis.autorange": true });
      }
    });
  });

  // a box that chooses which of several charts stands in a place
  document.querySelectorAll("select[data-chart]").forEach((select) => {
    select.addEventListener("change", () => {
      const place = document.getElementById(select.dataset.chart);
      place.dataset.figure = select.value;
      draw(place);
    });
  });
})();
