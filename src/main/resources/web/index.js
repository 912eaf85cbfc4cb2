// The protocol in its smallest form: V2 frames are [join_ref, ref, topic, event, payload].
const names = ['ada', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gil', 'hana'];
const user = names[Math.floor(Math.random() * names.length)] + Math.floor(Math.random() * 90 + 10);
const banner = document.getElementById('status');

function connect(instance, room, on) {
  let socket, ref = 1, heartbeat;
  const send = (event, payload, topic = room) => socket?.readyState === WebSocket.OPEN
    && socket.send(JSON.stringify([topic === room ? '1' : null, String(++ref), topic, event, payload]));
  const open = () => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    socket = new WebSocket(`${scheme}://${location.host}/socket/${instance}/websocket?vsn=2.0.0&userId=${user}`);
    socket.onopen = () => {
      banner.textContent = '';
      socket.send(JSON.stringify(['1', '1', room, 'phx_join', {}]));
      heartbeat = setInterval(() => send('heartbeat', {}, 'phoenix'), 30_000);
    };
    socket.onmessage = ({data}) => {
      const [, , , event, payload] = JSON.parse(data);
      on[event]?.(payload);
    };
    socket.onclose = () => {
      clearInterval(heartbeat);
      banner.textContent = `Not connected to “${instance}”: start the server with --demo. Trying again…`;
      setTimeout(open, 1000 + Math.random() * 1000);
    };
  };
  open();
  return payload => send('push', payload);
}

const list = document.getElementById('messages');
const showMessages = ({data}) => {
  for (const [seq, {user: from, payload}] of Object.entries(data.state).sort(([a], [b]) => a - b)) {
    if (document.getElementById(`m${seq}`)) continue;
    const item = Object.assign(document.createElement('li'), {id: `m${seq}`});
    const name = Object.assign(document.createElement('b'), {textContent: from.id ?? 'server'});
    item.append(name, ` ${payload?.text ?? JSON.stringify(payload)}`);
    list.append(item);
  }
  list.scrollTop = list.scrollHeight;
};
let here = {};
const showHere = () => {
  const users = Object.keys(here);
  document.getElementById('chat-here').textContent = `as ${user}, ${users.length} here`;
};
const say = connect('chat', 'general', {
  state: message => { list.replaceChildren(); showMessages(message); },
  msg: showMessages,
  presence_state: state => { here = state; showHere(); },
  presence_diff: ({joins, leaves}) => {
    for (const [id, {metas}] of Object.entries(joins)) (here[id] ??= {metas: []}).metas.push(...metas);
    for (const [id, {metas}] of Object.entries(leaves)) {
      const gone = new Set(metas.map(meta => meta.phx_ref));
      const left = (here[id]?.metas ?? []).filter(meta => !gone.has(meta.phx_ref));
      if (left.length) here[id].metas = left; else delete here[id];
    }
    showHere();
  },
});
document.getElementById('say').addEventListener('submit', event => {
  event.preventDefault();
  const input = event.target.elements.text;
  say({text: input.value});
  input.value = '';
});

const field = document.getElementById('field');
const hue = id => [...id].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 0);
const showMoves = ({data}) => {
  for (const [id, entry] of Object.entries(data.state)) {
    let dot = document.getElementById(`u-${id}`);
    if (!entry) { dot?.remove(); continue; }
    if (!dot) {
      dot = Object.assign(document.createElement('span'), {id: `u-${id}`, textContent: id});
      dot.style.background = `hsl(${hue(id)} 60% 35%)`;
      field.append(dot);
    }
    dot.style.left = `${entry.payload.x * 100}%`;
    dot.style.top = `${entry.payload.y * 100}%`;
  }
};
const move = connect('move', 'lobby', {
  state: message => { field.replaceChildren(); showMoves(message); },
  msg: showMoves,
});
let last = 0;
field.addEventListener('pointermove', event => {
  if (event.timeStamp - last < 30) return;
  last = event.timeStamp;
  const box = field.getBoundingClientRect();
  move({x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height});
});
