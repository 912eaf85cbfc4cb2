import uPlot from '/console/uplot/uPlot.esm.js';
import {bytes, h} from './dom.js';

const HEIGHT = 140;
const SECONDS = 15 * 60;

/** A node that has just started has little to show: its charts begin this wide. */
const SECONDS_AT_FIRST = 60;

/** Steps between the lines of an axis that counts bytes. */
const BINARY = Array.from({length: 50}, (_, power) => 2 ** power);

const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** What is known of the last 15 minutes. */
function range(_, first, last = Date.now() / 1000) {
  return [last - Math.min(SECONDS, Math.max(SECONDS_AT_FIRST, last - (first ?? last))), last];
}

/** Seconds only where the lines are closer than a minute. */
const clocks = (_, times, axis, space, step) => times.map(time =>
  new Date(time * 1000).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit', ...(step < 60 && {second: '2-digit'})}));

/**
 * A chart of the last 15 minutes.
 *
 * @param series {title, token: CSS custom property of its colour}
 * @param format how a value reads
 * @param least how far up the axis goes if all values are smaller
 */
export class Chart {
  #plot;
  #data;
  #series;
  #format;
  #least;
  #observer;
  #dark = matchMedia('(prefers-color-scheme: dark)');
  #redo = () => this.#make();

  constructor(title, series, format, least = 1) {
    this.#series = series;
    this.#format = format;
    this.#least = least;
    this.title = title;
    this.box = h('div', {class: 'plot', role: 'img', 'aria-label': title});
    this.latest = h('p', {class: 'latest'});
    this.element = h('section', {class: 'card chart'}, h('h2', {}, title), this.latest, this.box);
    this.#observer = new ResizeObserver(() => this.#plot?.setSize({width: this.box.clientWidth, height: HEIGHT}));
    this.#observer.observe(this.box);
    this.#dark.addEventListener('change', this.#redo);
  }

  /** @param data seconds since 1970, then one array for each series */
  show(data) {
    this.#data = data;
    const last = data[0].length - 1;
    this.latest.replaceChildren(...this.#series.map(({title, token: color}, i) => h('span', {class: `series ${color.slice(2)}`},
      this.#series.length > 1 ? `${title} ` : '', h('b', {}, last < 0 ? '–' : this.#format(data[i + 1][last])))));
    this.box.setAttribute('aria-label', `${this.title}, the last 15 minutes. ${this.latest.textContent}`);
    if (this.#plot) this.#plot.setData(data);
    else if (this.box.isConnected) this.#make();
  }

  #make() {
    this.#plot?.destroy();
    const axis = {stroke: token('--muted'), grid: {stroke: token('--line'), width: 1}, ticks: {show: false}, font: '11px system-ui, sans-serif'};
    this.#plot = new uPlot({
      width: this.box.clientWidth,
      height: HEIGHT,
      padding: [10, 8, 0, 0],
      legend: {show: false},
      cursor: {y: false, points: {show: false}, drag: {x: false, y: false}},
      scales: {
        x: {range},
        y: {range: (_, min, max) => [0, Math.max(this.#least, (max ?? 0) * 1.1)]},
      },
      axes: [
        {...axis, size: 22, space: 70, values: clocks},
        {...axis, size: 64, space: 32, ...(this.#format === bytes ? {incrs: BINARY} : {}), values: (_, values) => values.map(this.#format)},
      ],
      series: [{}, ...this.#series.map(({title, token: color}) => ({label: title, stroke: token(color), fill: `${token(color)}1c`, width: 1.5, points: {show: false}}))],
    }, this.#data, this.box);
  }

  close() {
    this.#observer.disconnect();
    this.#dark.removeEventListener('change', this.#redo);
    this.#plot?.destroy();
  }
}
