import {Feed} from './feed.js';
import {instancePage} from './instance.js';
import {instancesPage} from './instances.js';
import {nodePage} from './node.js';
import {nodesPage} from './nodes.js';

const feed = new Feed();
const main = document.getElementById('page');
const live = document.getElementById('live');
let page;

function route(path) {
  const instance = /^\/console\/instances\/([^/]+)$/.exec(path);
  if (instance) return instancePage(feed, decodeURIComponent(instance[1]), go);
  if (path === '/console/nodes') return nodesPage(feed, go);
  return path === '/console/node' ? nodePage(feed) : instancesPage(feed, go);
}

function show() {
  page?.close();
  page = route(location.pathname);
  document.title = `${page.title} · Mycelium console`;
  main.replaceChildren(page.element);
  page.opened?.();
  for (const link of document.querySelectorAll('nav a')) {
    const current = link.pathname === location.pathname || link.pathname === '/console' && location.pathname.startsWith('/console/instances');
    if (current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function go(path) {
  history.pushState(null, '', path);
  show();
  main.focus({preventScroll: true});
}

addEventListener('popstate', show);
document.querySelector('nav').addEventListener('click', event => {
  const link = event.target.closest('a');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.pathname);
});
feed.addEventListener('state', ({detail}) => {
  live.dataset.state = detail;
  live.textContent = detail === 'live' ? 'Live' : 'Connecting';
});

// There only where one has to log in. A browser does not say why a socket was refused; the page does.
const logOut = document.getElementById('log-out');
logOut?.addEventListener('click', async () => {
  await (await fetch('/console/logout', {method: 'POST'})).text();
  location.assign('/console');
});
if (logOut) {
  feed.addEventListener('away', async () => {
    const answer = await fetch('/console/node', {headers: {accept: 'text/html'}}).catch(() => null);
    if (answer?.status === 401) location.reload();
  });
}
show();
feed.connect();
