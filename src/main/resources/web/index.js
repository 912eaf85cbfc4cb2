// The commands shown are for this node. Says of each demo whether its instance is there and how many are connected; offers to create those that are not.
import {find} from '/find.js';

for (const id of ['curl', 'module']) {
  const code = document.getElementById(id);
  code.textContent = code.textContent.replaceAll('http://localhost:4000', location.origin)
    .replaceAll('ws://localhost:4000', location.origin.replace('http', 'ws')).replaceAll('localhost:4000', location.host);
}

const {instances} = await (await fetch('/demo/instances.json')).json();
const {types} = await (await fetch('/api/v1/types')).json();
const possible = instances.filter(({type}) => types.some(({name}) => name === type));
const notice = document.getElementById('missing');

const badge = (card, text, state) => {
  const old = card.querySelector('.badge');
  const made = Object.assign(document.createElement('span'), {className: 'badge', textContent: text});
  if (state) made.dataset.state = state;
  if (old) old.replaceWith(made); else card.querySelector('h3').append(made);
};

async function look() {
  const found = await find(...instances.map(({id}) => id));
  let missing = false;
  for (const {id} of instances) {
    const card = document.querySelector(`[data-instance="${id}"]`);
    if (found.has(id)) {
      const {status, connections} = found.get(id);
      // An idle instance sleeps in the store, and wakes when somebody connects.
      const well = status === 'running' || status === 'idle';
      badge(card, well ? `${connections ?? 0} connected` : status, well ? 'ok' : 'warn');
    } else if (possible.some(one => one.id === id)) {
      missing = true;
      badge(card, 'not created');
    } else {
      badge(card, 'plug-in not loaded');
    }
  }
  notice.hidden = !missing;
}

document.getElementById('create').addEventListener('click', async ({target}) => {
  target.disabled = true;
  for (const spec of possible) {
    await fetch('/api/v1/instances', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(spec)});
  }
  target.disabled = false;
  await look();
});

await look();
