"use strict";
// times as the user's clock shows them; labels are ISO 8601, which is the same in every language
const clock = (() => {
  const DAY = 86400, two = (n) => String(n).padStart(2, "0");
  const STEPS = [[1, "s"], [5, "s"], [15, "s"], [30, "s"], [60, "s"], [300, "s"], [900, "s"], [1800, "s"], [3600, "s"],
    [10800, "s"], [21600, "s"], [43200, "s"], [DAY, "d"], [2 * DAY, "d"], [7 * DAY, "d"], [14 * DAY, "d"], [1, "m"],
    [2, "m"], [3, "m"], [6, "m"], ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => [12 * n, "m"])];
  const size = ([count, unit]) => (unit === "m" ? count * 30.4 * DAY : count);

  const date = (t) => new Date(t * 1000).toISOString().replace(/^\+00/, "").slice(0, 10);
  const time = (t) => new Date(t * 1000).toISOString().slice(-13, -5).replace(/:00$/, "");
  const label = (t, dated) => (dated ? date(t) : `${date(t)} ${time(t)}`);

  // when a month begins, counted from the year 0
  const begin = (month) => new Date(0).setUTCFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1) / 1000;

  function ticks(low, high, most) {
    const step = STEPS.find((s) => (high - low) / size(s) <= Math.max(2, most)) || STEPS[STEPS.length - 1], [count, unit] = step;
    const found = [];
    if (unit === "m") {
      const start = new Date(low * 1000), first = start.getUTCFullYear() * 12 + start.getUTCMonth();
      for (let month = Math.floor(first / count) * count; begin(month) <= high; month += count) {
        if (begin(month) >= low) found.push([begin(month), date(begin(month)).slice(0, count % 12 ? -3 : -6)]);
      }
      return found;
    }
    const offset = unit === "d" && count >= 7 * DAY ? 4 * DAY : 0; // weeks begin on Mondays
    let before = "";
    for (let t = Math.ceil((low - offset) / count) * count + offset; t <= high; t += count) {
      const day = date(t), part = unit === "d" ? day.slice(0, 4) : day, hour = time(t);
      const fresh = unit === "d" ? day : hour === "00:00" ? day.slice(5) : `${day.slice(5)} ${hour}`;
      found.push([t, part !== before ? fresh : unit === "d" ? day.slice(5) : hour]);
      before = part;
    }
    return found;
  }
  // seconds of what Python wrote: a date, or a date and a time
  const read = (text) => Date.parse(text.length > 10 ? `${text.replace(" ", "T")}Z` : text) / 1000;
  return { ticks, label, read, DAY };
})();
