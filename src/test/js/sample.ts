// What an application in TypeScript writes; mycelium-client-unit.test.mjs has it checked against the packed client.
import {connect, MyceliumError, type Entry, type Position, type Room, type Socket} from 'mycelium-client';

interface Line { text: string }
type Chat = Record<string, {user: {id: string}; payload: Line; at: number}>;

const kept: Position | undefined = JSON.parse('null') ?? undefined;
const socket: Socket = connect('https://example.com/socket/chat', {
  params: {userId: 'ada'}, token: async () => 'jwt', backoff: {base: 500, cap: 10_000}, heartbeat: 20_000,
});
socket.on('status', (status, {delay, code}) => {
  const shown: string = status === 'reconnecting' ? `in ${delay?.toFixed()} ms, ${code}` : status;
  console.log(shown);
});

const room: Room<Chat> = socket.join<Chat>('general', {params: () => ({meta: {color: 'red'}}), since: kept});
room.on('state', ({data, seq, epoch}) => console.log(data.state['1'].payload.text, seq + 1, epoch.length));
room.on('msg', ({data, seq}) => console.log(data.state[seq].user.id));
room.on('binary', ({payload}) => console.log(payload.byteLength));
room.on('presence', users => console.log([...users.keys()]));
room.on('presence_join', (id, metas) => console.log(id, metas[0].phx_ref));
room.on('rooms', ({data}) => console.log(data.join()));
room.on('error', ({reason, retryable}) => console.log(reason, retryable));
const off: () => void = room.on('board', board => console.log(board.cells));
off();

export async function talk(): Promise<Entry<Line>[]> {
  const {recovered} = await room.joined;
  const {seq} = await room.push({text: 'hi'}, {event: 'say', timeout: 1000});
  await room.push(new Uint8Array([1, 2]));
  const {duplicate} = await room.pushOnce({text: 'once'}, {key: 'k'});
  try {
    await room.push();
  } catch (error) {
    if (error instanceof MyceliumError && error.retryable) console.log(error.reason, recovered, seq, duplicate);
  }
  const {entries, more} = await room.history({before: room.position?.seq, limit: 50});
  return more ? [] : entries;
}

// @ts-expect-error a status is no room event
socket.on('msg', () => {});
// @ts-expect-error the state has no such shape
room.on('msg', ({data}) => data.state['1'].payload.colour);
// @ts-expect-error bytes are not pushed once
room.pushOnce(new Uint8Array([1])).then(() => {});
// @ts-expect-error a function is no JSON
room.push({f: () => 1});
// @ts-expect-error the position is the client's
room.position = {seq: 1, epoch: ''};
// @ts-expect-error there is no such option
connect('/socket/chat', {retries: 3});

room.leave();
socket.close();
