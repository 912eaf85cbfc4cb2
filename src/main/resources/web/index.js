// The commands shown are for this node. Says of each demo whether its instance is there and how many are connected; offers to create those that are not.
import {find} from '/find.js';
import {api, json, tokenForm} from '/token.js';

for (const id of ['curl', 'module']) {
  const code = document.getElementById(id);
  code.textContent = code.textContent.replaceAll('http://localhost:4000', location.origin)
    .replaceAll('ws://localhost:4000', location.origin.replace('http', 'ws')).replaceAll('localhost:4000', location.host);
}

const {instances} = await (await fetch('/demo/instances.json')).json();
const types = await possibleTypes();
const possible = instances.filter(({type}) => types?.some(({name}) => name === type));
const notice = document.getElementById('missing');

/** None where the server asks for a token and this window has none. */
async function possibleTypes() {
  try {
    return (await json(await api('/types'))).types;
  } catch (error) {
    if (error.status !== 401) throw error;
    document.getElementById('token').append(tokenForm('*'));
    document.getElementById('token').hidden = false;
    return null;
  }
}

const badge = (card, text, state) => {
  const old = card.querySelector('.badge');
  const made = Object.assign(document.createElement('span'), {className: 'badge', textContent: text});
  if (state) made.dataset.state = state;
  if (old) old.replaceWith(made); else card.querySelector('h3').append(made);
};

async function look() {
  let found;
  try {
    found = await find(...instances.map(({id}) => id));
  } catch (error) {
    if (error.status === 403) return; // the token may not list instances
    throw error;
  }
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
    await api('/instances', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(spec)});
  }
  target.disabled = false;
  await look();
});

if (types) await look();
