'use strict';
// A picture of a run, from its JSON: artillery run -o report.json chat.yml && node picture.js report.json report.svg

const { readFileSync, writeFileSync } = require('node:fs');

const WIDTH = 720;
const LEFT = 64;
const RIGHT = 16;
const PANEL = 150;
const PERIOD_SECONDS = 10;

// What is drawn: of each panel the first metric that the run has.
const COUNTS = [
  ['mycelium.deliveries', 'deliveries a second'],
  ['mycelium.joins', 'joins a second'],
  ['http.requests', 'requests a second'],
];
const TIMES = [
  ['mycelium.delivery_ms', 'delivery, ms'],
  ['resume.back_ms', 'back after a loss, ms'],
  ['mycelium.join_ms', 'join, ms'],
  ['http.response_time', 'response, ms'],
];

/** The smallest of 1, 2 and 5 times a power of ten that is no less. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value);
}

/** A panel with a scale at the left, its name above, and what `draw` makes of a function from values to heights. */
function panel(top, name, highest, draw) {
  const full = round(highest);
  const y = (value) => (top + PANEL - (value / full) * PANEL).toFixed(1);
  const lines = [0, 0.5, 1].map((part) => {
    const at = y(part * full);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="end" x="${LEFT - 8}" y="${Number(at) + 4}">${part * full}</text>`;
  });
  return `<text class="name" x="${LEFT}" y="${top - 10}">${name}</text>${lines.join('')}${draw(y)}`;
}

/** The SVG of a run: bars of how much, lines of how long, period by period. */
function picture({ intermediate, aggregate }, title) {
  const first = Number(intermediate[0].period);
  const periods = Math.max(...intermediate.map(({ period }) => (Number(period) - first) / 1000 / PERIOD_SECONDS)) + 1;
  const step = (WIDTH - LEFT - RIGHT) / periods;
  const x = ({ period }) => LEFT + ((Number(period) - first) / 1000 / PERIOD_SECONDS) * step;
  const [count, countName] = COUNTS.find(([metric]) => aggregate.counters[metric]) ?? [];
  const [time, timeName] = TIMES.find(([metric]) => aggregate.summaries[metric]) ?? [];
  if (!count || !time) throw new Error(`the run has none of ${[...COUNTS, ...TIMES].map(([metric]) => metric).join(', ')}`);

  const rate = (period) => (period.counters[count] ?? 0) / PERIOD_SECONDS;
  const bars = (y) =>
    intermediate
      .map((period) => `<rect class="bar" x="${(x(period) + 2).toFixed(1)}" width="${(step - 4).toFixed(1)}" y="${y(rate(period))}" height="${(y(0) - y(rate(period))).toFixed(1)}"/>`)
      .join('');
  const timed = intermediate.filter((period) => period.summaries[time]);
  const line = (y, kind) =>
    `<polyline class="${kind}" points="${timed.map((period) => `${(x(period) + step / 2).toFixed(1)},${y(period.summaries[time][kind])}`).join(' ')}"/>` +
    timed.map((period) => `<circle class="${kind}" cx="${(x(period) + step / 2).toFixed(1)}" cy="${y(period.summaries[time][kind])}" r="3"/>`).join('');

  const bottom = 60 + 2 * PANEL + 50;
  const seconds = Array.from({ length: periods + 1 }, (_, i) => i).filter((i) => i % Math.ceil(periods / 12) === 0);
  const { p99 } = aggregate.summaries[time];
  const verdict = `${aggregate.counters['vusers.created']} users, ${aggregate.counters['vusers.failed'] ?? 0} failed; p99 ${p99} ms`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 44}" font-family="sans-serif" font-size="13">
<style>text{fill:#333}.end{text-anchor:end}.mid{text-anchor:middle}.name{font-weight:bold}.grid{stroke:#ddd}.bar{fill:#7fb08f}
polyline{fill:none;stroke-width:2}polyline.p50{stroke:#2a6fb8}circle.p50{fill:#2a6fb8}polyline.p99{stroke:#c8372d}circle.p99{fill:#c8372d}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="15" font-weight="bold">${title}</text><text class="end" x="${WIDTH - RIGHT}" y="22">${verdict}</text>
${panel(60, countName, Math.max(...intermediate.map(rate)), bars)}
${panel(60 + PANEL + 50, `${timeName}: <tspan fill="#2a6fb8">p50</tspan>, <tspan fill="#c8372d">p99</tspan>`, Math.max(...timed.map((period) => period.summaries[time].p99)), (y) => line(y, 'p50') + line(y, 'p99'))}
${seconds.map((i) => `<text class="mid" x="${LEFT + i * step}" y="${bottom + 20}">${i * PERIOD_SECONDS}</text>`).join('')}
<text class="mid" x="${(WIDTH + LEFT) / 2}" y="${bottom + 38}">seconds, in periods of ${PERIOD_SECONDS}</text>
</svg>
`;
}

const [report, out = report?.replace(/\.json$/, '.svg')] = process.argv.slice(2);
if (!report?.endsWith('.json')) {
  console.error('usage: node picture.js REPORT.json [PICTURE.svg]');
  process.exit(2);
}
writeFileSync(out, picture(JSON.parse(readFileSync(report, 'utf8')), report.replace(/.*\/|\.json$/g, '')));
console.log(out);
