"use strict";
// The pages work without this file; it draws the charts and keeps figures up to date.

const pageData = JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
const words = pageData.words ?? {};
const number = new Intl.NumberFormat(pageData.language ?? "ko");
const FEED_EVERY = 3000; // often enough to look alive, seldom enough to cost nothing
const WATCH_EVERY = 2000;
const FEED_KEPT = 100; // samples in the rate chart: five minutes

// Numbers only: they read the same in every language.
const TIMES = [
  { dtickrange: [null, 60000], value: "%H:%M:%S\n%Y-%m-%d" },
  { dtickrange: [60000, 43200000], value: "%H:%M\n%Y-%m-%d" },
  { dtickrange: [43200000, "M1"], value: "%m-%d\n%Y" },
  { dtickrange: ["M1", null], value: "%Y-%m" },
];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message);
  return said;
}

function layout(more) {
  const axis = { gridcolor: colour("--rule"), linecolor: colour("--rule"), zerolinecolor: colour("--rule"), automargin: true };
  return {
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("--ink") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 10, r: 14, t: 14, b: 10 },
    hoverlabel: { bgcolor: colour("--sheet"), bordercolor: colour("--quiet"), font: { color: colour("--ink") } },
    ...more,
    xaxis: { ...axis, ...more.xaxis },
    yaxis: { ...axis, ...more.yaxis },
  };
}

const config = () => ({
  responsive: true,
  displaylogo: false,
  displayModeBar: "hover",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
});

// --- one variable over time ---------------------------------------------------------------------------------------

async function drawSeries(select) {
  const chart = document.getElementById("series-chart");
  const note = document.getElementById("series-note");
  const chosen = select.selectedOptions[0];
  note.textContent = words.loading;
  chart.setAttribute("aria-busy", "true");
  try {
    const asked = new URLSearchParams({ stream: chosen.dataset.stream, column: select.value });
    const series = await fetched(`${pageData.series}?${asked}`);
    if (chosen !== select.selectedOptions[0]) return;
    const name = series.unit ? `${series.title} (${series.unit})` : series.title;
    const many = series.x.length > 400;
    const trace = {
      x: series.x, y: series.y, type: "scatter", mode: "lines+markers", name,
      line: { color: colour("--bar"), width: many ? 1 : 1.6 }, marker: { size: many ? 2 : 4, color: colour("--bar") },
      hovertemplate: `%{y:,.6~g}${series.unit ? " " + series.unit.replaceAll("%", "%%") : ""}<extra></extra>`,
    };
    const shape = layout({
      hovermode: "x",
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
      xaxis: { title: { text: series.timed ? words.time : words.row }, type: series.timed ? "date" : "linear", nticks: chart.clientWidth < 500 ? 4 : 0,
        hoverformat: series.timed ? "%Y-%m-%d %H:%M:%S" : ",d", tickformatstops: series.timed ? TIMES : [] },
      yaxis: { title: { text: name }, separatethousands: true, exponentformat: "none" },
    });
    await Plotly.react(chart, [trace], shape, config());
    const values = words.values.replace("{rows}", number.format(series.rows));
    note.textContent = series.rows ? `${values} · ${series.thinned ? words.thinned : words.all}` : words.none;
  } catch (fault) {
    note.textContent = `${words.failed} ${fault.message}`;
  } finally {
    chart.removeAttribute("aria-busy");
  }
}

// --- the feed -----------------------------------------------------------------------------------------------------

const rates = new Map();

function localTime(text) {
  if (!text) return "–";
  const moment = new Date(text);
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: pageData.zone, dateStyle: "short", timeStyle: "medium" });
  const zone = pageData.zone === "Asia/Seoul" ? "KST" : pageData.zone;
  return `${parts.format(moment)} ${zone}`;
}

function fixed(value, digits) {
  return value === null ? "–" : value.toLocaleString(pageData.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function showStreams(streams) {
  const body = document.querySelector("#feed-table tbody");
  const template = document.getElementById("feed-row");
  while (body.rows.length < streams.length) body.append(template.content.cloneNode(true));
  while (body.rows.length > streams.length) body.rows[body.rows.length - 1].remove();
  streams.forEach((stream, i) => {
    const shown = {
      name: stream.name, topic: stream.topic, messages: number.format(stream.messages), records: number.format(stream.records),
      rate: fixed(stream.rate, 1), lag: fixed(stream.lag, 1), last: localTime(stream.last),
    };
    for (const cell of body.rows[i].querySelectorAll("[data-cell]")) cell.textContent = shown[cell.dataset.cell];
  });
  document.getElementById("feed-table").hidden = streams.length === 0;
  document.getElementById("feed-none").hidden = streams.length > 0;
}

function showBrokers(brokers) {
  const list = document.getElementById("feed-brokers");
  if (!brokers.length) return;
  list.replaceChildren(...brokers.map((broker) => {
    const row = document.createElement("li");
    const url = document.createElement("code");
    url.textContent = broker.url;
    const state = document.createElement("span");
    state.className = `state ${broker.connected ? "done" : "failed"}`;
    state.textContent = broker.connected ? words.up : words.down;
    const error = document.createElement("span");
    error.className = "quiet";
    error.textContent = broker.error;
    row.append(url, " ", state, " ", error);
    return row;
  }));
}

function drawRates(streams) {
  const now = new Date();
  for (const stream of streams.slice(0, 8)) {
    const kept = rates.get(stream.name) ?? [];
    kept.push([now, stream.rate]);
    rates.set(stream.name, kept.slice(-FEED_KEPT));
  }
  const chart = document.getElementById("feed-chart");
  if (![...rates.values()].some((kept) => kept.length > 1)) return; // one sample makes no line
  chart.hidden = false;
  const inZone = new Intl.DateTimeFormat("sv-SE", { timeZone: pageData.zone, dateStyle: "short", timeStyle: "medium" });
  const traces = [...rates].map(([name, kept]) => ({
    name, x: kept.map(([time]) => inZone.format(time)), y: kept.map(([, rate]) => rate), type: "scatter", mode: "lines+markers",
    marker: { size: 4 }, hovertemplate: "%{y:,.1f}<extra>%{fullData.name}</extra>",
  }));
  Plotly.react(chart, traces, layout({
    showlegend: traces.length > 1, legend: { orientation: "h", y: 1.15 }, hovermode: "x", dragmode: false,
    colorway: [colour("--bar"), colour("--mark"), colour("--running"), colour("--done"), colour("--weak"), colour("--failed"), colour("--bar-plain"), colour("--ink")],
    xaxis: { type: "date", nticks: 4, fixedrange: true, tickformat: "%H:%M:%S" },
    yaxis: { title: { text: words.rate }, rangemode: "tozero", fixedrange: true },
  }), { ...config(), displayModeBar: false });
}

async function refreshFeed() {
  const age = document.getElementById("feed-age");
  try {
    const state = await fetched(pageData.feed);
    for (const name of ["messages", "records", "redelivered", "quarantined"]) {
      document.getElementById(`feed-${name}`).textContent = number.format(state[name]);
    }
    const error = document.getElementById("feed-error");
    if (error.textContent !== state.error) error.textContent = state.error;
    error.hidden = !state.error;
    showBrokers(state.brokers);
    showStreams(state.streams);
    drawRates(state.streams);
    age.textContent = words.fresh.replace("{time}", localTime(new Date().toISOString()).slice(11, 19));
  } catch {
    age.textContent = words.stale;
  }
  setTimeout(refreshFeed, FEED_EVERY);
}

// --- a line at work: load again when a step changed -----------------------------------------------------------------

async function watch(main) {
  try {
    const said = await fetched(main.dataset.watch);
    if (said.signature !== main.dataset.signature) return location.reload();
  } catch {
    // the server is away for a moment; the next look may find it
  }
  setTimeout(() => watch(main), WATCH_EVERY);
}

// --- the parts of a long page: folded on a phone, opened by the links that lead into them ---------------------------

function showTarget() {
  // Not decoded: our ids are plain, and an address that is wrongly escaped would end the script.
  const target = document.getElementById(location.hash.slice(1));
  const part = target && (target.closest("details.part") ?? target.querySelector(":scope > details.part"));
  if (!part || part.open) return;
  part.open = true;
  target.scrollIntoView();
}

function foldParts() {
  const parts = document.querySelectorAll("details.part");
  if (matchMedia("(max-width: 46rem)").matches) {
    for (const part of parts) part.open = "keep" in part.dataset;
  }
  // A chart that was drawn while it was hidden has no width yet.
  for (const part of parts) part.addEventListener("toggle", () => dispatchEvent(new Event("resize")));
  for (const link of document.querySelectorAll('a[href^="#"]')) link.addEventListener("click", () => setTimeout(showTarget));
  addEventListener("hashchange", showTarget);
  showTarget();
}

// --- begin ----------------------------------------------------------------------------------------------------------

function begin() {
  foldParts();
  const select = document.getElementById("variable");
  if (select) {
    drawSeries(select);
    select.addEventListener("change", () => drawSeries(select));
  }
  if (pageData.feed) refreshFeed();
  const main = document.querySelector("main[data-watch]");
  if (main) watch(main);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (select) drawSeries(select);
  });
}

begin();
