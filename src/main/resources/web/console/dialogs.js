import {h} from './dom.js';
import {instancePath, rest} from './rest.js';

/** Opens a dialog that goes when it is closed. */
function open(dialog) {
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const errorBox = () => h('p', {class: 'error', role: 'alert'});

/** The problem's sentence, and each wrong value where there are more. */
function show(box, problem) {
  const more = (problem.errors ?? []).slice(1).map(({field, expected}) => `${field}: expected ${expected}`);
  box.replaceChildren(problem.message, ...more.flatMap(text => [h('br'), text]));
}

/** Asks before something that cannot be undone; `act` is run on yes, and its problem shown. `ready` comes before a yes. */
export function confirm({title, text, content = [], ready = null, action, danger = false, act}) {
  const error = errorBox();
  const go = h('button', {class: danger ? 'danger' : 'primary', type: 'submit'}, action);
  const dialog = h('dialog', {'aria-labelledby': 'dialog-title'},
    h('form', {
      method: 'dialog',
      onsubmit: async event => {
        event.preventDefault();
        go.disabled = true;
        try {
          await act();
          dialog.close();
        } catch (problem) {
          show(error, problem);
          go.disabled = false;
        }
      },
    },
    h('h2', {id: 'dialog-title'}, title),
    h('p', {}, text),
    content,
    error,
    h('div', {class: 'actions'},
      h('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel'),
      go)));
  go.disabled = !!ready;
  ready?.then(() => { go.disabled = false; }, problem => show(error, problem));
  open(dialog);
}

export function confirmRestart(id) {
  confirm({
    title: `Restart ${id}?`,
    text: 'It keeps its state, and its connections stay open. An instance that has failed is revived.',
    action: 'Restart',
    act: () => rest('POST', `${instancePath(id)}/restart`),
  });
}

export function confirmDelete(id, then = () => {}) {
  confirm({
    title: `Delete ${id}?`,
    text: 'Its rooms, their state and history go, and its connections are closed. This cannot be undone.',
    action: 'Delete',
    danger: true,
    act: async () => {
      await rest('DELETE', instancePath(id));
      then();
    },
  });
}

export const field = (label, control, hint) => h('div', {class: 'field'}, h('label', {for: control.id}, label), control, hint && h('p', {class: 'hint'}, hint));

export async function createInstance() {
  const id = h('input', {id: 'new-id', name: 'id', autocomplete: 'off', maxlength: 64, placeholder: 'made up if empty'});
  const name = h('input', {id: 'new-name', name: 'name', autocomplete: 'off', maxlength: 200});
  const type = h('select', {id: 'new-type', name: 'type'});
  const rooms = h('input', {id: 'new-rooms', name: 'rooms', autocomplete: 'off', placeholder: 'general, random'});
  const config = h('textarea', {id: 'new-config', name: 'config', rows: 4, spellcheck: 'false', placeholder: '{"history": 50}'});
  const error = errorBox();
  const go = h('button', {class: 'primary', type: 'submit'}, 'Create');
  const dialog = h('dialog', {'aria-labelledby': 'dialog-title'},
    h('form', {
      method: 'dialog',
      onsubmit: async event => {
        event.preventDefault();
        error.replaceChildren();
        go.disabled = true;
        try {
          await rest('POST', '/instances', spec());
          dialog.close();
        } catch (problem) {
          show(error, problem);
        }
        go.disabled = false;
      },
    },
    h('h2', {id: 'dialog-title'}, 'New instance'),
    field('Type', type),
    field('Id', id, 'Letters, digits, - and _; clients connect to /socket/id.'),
    field('Name', name),
    field('Rooms', rooms, 'Separated by commas; every instance has lobby.'),
    field('Config', config, 'JSON; see the README for its keys.'),
    error,
    h('div', {class: 'actions'},
      h('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel'),
      go)));

  function spec() {
    const made = {type: type.value};
    if (id.value.trim()) made.id = id.value.trim();
    if (name.value.trim()) made.name = name.value.trim();
    const names = rooms.value.split(',').map(room => room.trim()).filter(Boolean);
    if (names.length) made.rooms = Object.fromEntries(names.map(room => [room, {}]));
    if (config.value.trim()) {
      try {
        made.config = JSON.parse(config.value);
      } catch (cause) {
        throw new Error(`config is no JSON: ${cause.message}`);
      }
    }
    return made;
  }

  open(dialog);
  try {
    const {types} = await rest('GET', '/types');
    type.append(...types.map(each => h('option', {value: each.name}, each.name)));
  } catch (problem) {
    show(error, problem);
  }
}
