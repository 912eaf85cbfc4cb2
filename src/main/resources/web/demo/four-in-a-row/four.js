// A plug-in's room: it decides which events there are (sit, move, rematch, stand), and what is refused.
import {byId, make, open, people, user} from '/demo/demo.js';

const game = {};
const room = (await open('four-in-a-row')).join('lobby');

// The whole game on join; then the keys that changed, each with its whole value.
room.on('state', ({data}) => show(data.state));
room.on('msg', ({data}) => show(data.state));
people(room, byId('people'));

const columns = [0, 1, 2, 3, 4, 5, 6].map(column => {
  const button = make('button', {}, ...[0, 1, 2, 3, 4, 5].map(() => make('i', {})));
  button.addEventListener('click', () => push('move', {column}));
  return button;
});
byId('board').append(...columns);
for (const color of ['red', 'yellow']) byId(color).addEventListener('click', () => push('sit', {color}));
for (const event of ['rematch', 'stand']) byId(event).addEventListener('click', () => push(event, {}));

async function push(event, payload) {
  byId('refused').textContent = '';
  try {
    await room.push(payload, {event});
  } catch ({message}) {
    byId('refused').textContent = message;
  }
}

function show(changed) {
  Object.assign(game, changed);
  const {seats, status, board, turn, line, last} = game;
  const mine = Object.keys(seats).find(color => seats[color]?.user === user);
  const words = {r: 'red', y: 'yellow'};
  columns.forEach((button, column) => {
    [...button.children].forEach((disc, row) => {
      const cell = board[row][column];
      const name = cell === '.' ? '' : cell;
      if (disc.classList[0] !== name && disc.className !== name) disc.className = name;
      disc.classList.toggle('won', line.some(([r, c]) => r === row && c === column));
      disc.classList.toggle('last', last !== null && last[0] === row && last[1] === column);
    });
    const discs = board.map(row => words[row[column]]).filter(Boolean);
    button.ariaLabel = `Column ${column + 1}: ${discs.length ? `${discs.join(', ')} from the top` : 'empty'}`;
    button.disabled = status !== 'playing' || turn !== mine || board[0][column] !== '.';
  });
  for (const color of ['red', 'yellow']) {
    byId(color).hidden = Boolean(mine || seats[color]);
  }
  byId('stand').hidden = !mine;
  byId('rematch').hidden = !mine || !['won', 'drawn'].includes(status) || seats[mine].rematch;
  byId('said').textContent = said(mine);
}

function said(mine) {
  const {seats, status, turn, winner, forfeit} = game;
  const name = color => seats[color] ? `${seats[color].user} (${color}${seats[color].away ? ', away' : ''})` : color;
  if (status === 'playing') return turn === mine ? `Your turn, ${mine}` : `${name(turn)} is to move`;
  if (status === 'drawn') return 'A draw';
  if (status === 'won') return `${winner === mine ? 'You win' : `${name(winner)} wins`}${forfeit ? ': the other gave up' : ''}`;
  return mine ? 'Waiting for a second player: open this page in another window' : 'Take a seat';
}
