/* Draws each figure[data-plot] from the rows of the table in it. The table stays: it is the plot in words. */
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const COLOURS = ["--blue", "--amber", "--green", "--red", "--ink-faint", "--blue-night"].map(token);
  const POINTS = ["circle", "rect", "triangle", "rectRot", "cross", "star"];
  const KINDS = { bar: "bar", stacked: "bar", line: "line", points: "scatter" };

  const value = (cell) => (cell?.dataset.value ? Number(cell.dataset.value) : null);

  const read = (figure) => {
    const table = figure.querySelector("table");
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows].map((row) => ({
      label: row.cells[0].textContent.trim(),
      values: [...row.cells].slice(1).map(value),
    }));
    return { caption: table.caption.textContent.trim(), heads, rows };
  };

  const series = (kind, { heads, rows }) => {
    if (kind === "points") {
      const data = rows.map((row) => ({ x: row.values[0], y: row.values[1], label: row.label }));
      return [{ label: heads[0], data, backgroundColor: COLOURS[0], pointRadius: 4 }];
    }
    return heads.slice(1).map((label, at) => ({
      label,
      data: rows.map((row) => row.values[at]),
      backgroundColor: COLOURS[at % COLOURS.length],
      borderColor: COLOURS[at % COLOURS.length],
      pointStyle: POINTS[at % POINTS.length],
      borderWidth: kind === "line" ? 2 : 0,
    }));
  };

  const titled = (text) => ({ title: { display: Boolean(text), text }, grid: { color: token("--line") } });

  /* Long names beside bars keep their end, where they differ; a phone has no room for them whole. */
  const shortened = (most) => ({
    callback(at) {
      const label = this.getLabelForValue(at);
      return label.length > most ? `${label.slice(0, most - 9)}…${label.slice(-7)}` : label;
    },
  });

  const draw = (figure) => {
    const kind = figure.dataset.plot;
    const found = read(figure);
    if (!found.rows.length) return;
    const frame = document.createElement("div");
    frame.className = "plot__canvas";
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", found.caption);
    frame.append(canvas);
    const sideways = "sideways" in figure.dataset;
    if (sideways && found.rows.length > 12) frame.classList.add("plot__canvas--tall");
    figure.prepend(frame);
    const isNarrow = figure.clientWidth < 480;
    const [x, y] = kind === "points" ? found.heads.slice(1) : sideways ? ["", isNarrow ? "" : found.heads[0]] : [found.heads[0], ""];
    new Chart(canvas, {
      type: KINDS[kind],
      data: { labels: found.rows.map((row) => row.label), datasets: series(kind, found) },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: sideways ? "y" : "x",
        locale: document.documentElement.lang,
        scales: {
          x: { ...titled(x), stacked: kind === "stacked", beginAtZero: kind !== "points" },
          y: { ...titled(y), ...(sideways && { ticks: shortened(isNarrow ? 26 : 60) }), stacked: kind === "stacked", beginAtZero: kind !== "points" },
        },
        plugins: {
          legend: { display: kind !== "points" && found.heads.length > 2, labels: { usePointStyle: kind === "line" } },
          tooltip: kind === "points" ? { callbacks: { label: (one) => `${one.raw.label}: ${one.formattedValue}` } } : {},
        },
      },
    });
  };

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = token("--ink");
  for (const figure of document.querySelectorAll("figure[data-plot]")) draw(figure);
})();
