// What the demos share: who the user is, the banner while there is no connection, the people in a room.
import {connect} from '/client/mycelium.js';
import {find} from '/find.js';
import {api, json, token, tokenForm, tokenUser} from '/token.js';

const names = ['ada', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gil', 'hana', 'ivo', 'juno', 'kai', 'lea'];
const given = tokenUser ?? new URLSearchParams(location.search).get('user') ?? sessionStorage.getItem('user');

/** Of this window: the token's, or one that a reload keeps and a second window has not. */
export const user = given ?? names[Math.floor(Math.random() * names.length)] + Math.floor(Math.random() * 90 + 10);
if (!tokenUser) sessionStorage.setItem('user', user);

export const hue = id => [...id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 360, 7);
export const byId = id => document.getElementById(id);

/** An element with properties and children. */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Connects to an instance, which is created first if the user wishes so. */
export async function open(instance) {
  while (!await isThere(instance)) await offerToCreate(instance);
  const socket = connect(`/socket/${instance}`, {...(token ? {token: () => token} : {params: {userId: user}}), backoff: {base: 500, cap: 5000}});
  const banner = byId('banner');
  socket.on('status', (status, {delay, reason}) => {
    banner.hidden = status === 'open';
    banner.textContent = status === 'closed' ? (reason === 'unauthorized' ? 'The token is not valid, or no longer.' : 'This instance was deleted.')
      : `Connection lost. Trying again${delay > 1500 ? ` in ${Math.round(delay / 1000)} s` : ''} …`;
  });
  return socket;
}

/** Keeps the list of who is in a room. */
export function people(room, list) {
  room.on('presence', users => {
    list.replaceChildren(...[...users.keys()].sort().map(id => {
      const dot = make('i', {});
      dot.style.background = `hsl(${hue(id)} 55% 48%)`;
      return make('li', {}, dot, id === user ? `${id} (you)` : id);
    }));
  });
}

async function isThere(instance) {
  try {
    return (await find(instance)).has(instance);
  } catch (error) {
    if (error.status === 401) await new Promise(() => show(make('h2', {textContent: 'A token is needed'}), tokenForm(instance)));
    // Few users' tokens may list instances; the socket then says whether it is there.
    if (error.status === 403) return true;
    throw error;
  }
}

/** A dialog without a way round it. */
function show(...children) {
  const dialog = make('dialog', {}, ...children);
  dialog.addEventListener('cancel', event => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Resolves once it is there; never where its type is a plug-in's that this node has not loaded. */
async function offerToCreate(instance) {
  const {instances} = await (await fetch('/demo/instances.json')).json();
  const {types} = await json(await api('/types'));
  const spec = instances.find(({id}) => id === instance);
  const possible = types.some(({name}) => name === spec.type);
  const button = make('button', {className: 'primary', textContent: 'Create it'});
  const problem = make('p', {className: 'error'});
  const why = possible ? 'it was started without --demo.' : 'its type is a plug-in that was not loaded. Start the node with --plugins and the folder of its jar.';
  const dialog = show(make('h2', {textContent: 'Nothing here yet'}), make('p', {textContent: `This node has no instance “${instance}”: ${why}`}),
    problem, possible ? button : make('a', {className: 'button', href: '/', textContent: 'All demos'}));
  await new Promise(created => button.addEventListener('click', async () => {
    const answer = await api('/instances', {
      method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(spec),
    });
    if (answer.ok || answer.status === 409) created(); else problem.textContent = (await answer.json()).detail;
  }));
  dialog.remove();
}
