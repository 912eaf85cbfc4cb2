/** An element with attributes, on* listeners, and children (nodes, text, or nothing). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter(child => child != null && child !== false));
  return element;
}

/** A link to another page of the console, which needs no new document. */
export function pageLink(go, path, text, attributes = {}) {
  return h('a', {
    ...attributes,
    href: path,
    onclick: event => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(path);
    },
  }, text);
}

export const instanceHref = id => `/console/instances/${encodeURIComponent(id)}`;

/** Sets the text only where it differs, so that an unchanged cell costs no layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const whole = new Intl.NumberFormat('en');

export const count = value => whole.format(value);

export const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

export function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1024;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function micros(value) {
  if (value < 1000) return `${value} µs`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} ms`;
  return `${(value / 1_000_000).toFixed(1)} s`;
}

export function since(at, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds % 86_400 / 3600)} h`;
}

export const clock = at => new Date(at).toLocaleTimeString('en-GB');

export const badge = status => h('span', {class: 'badge', 'data-status': status}, status);

/** A figure with its name, as a term and its description. */
export function tile(title) {
  const name = h('dt', {}, title);
  const value = h('dd', {}, '–');
  return {element: h('div', {class: 'tile'}, name, value), set: text => setText(value, text), name: text => setText(name, text)};
}
