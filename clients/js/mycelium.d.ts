/** JSON as it is pushed. */
export type Json = string | number | boolean | null | readonly Json[] | {readonly [key: string]: Json | undefined};

/** Bytes; they travel as Phoenix V2 binary frames and arrive as a `Uint8Array`. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** From where a room is resumed: the last entry seen, and the history that it belongs to. */
export interface Position {
  readonly seq: number;
  readonly epoch: string;
}

export interface Options {
  /** Connect parameters, e.g. `{userId: 'ada'}`; a function is asked on each connect. */
  params?: Record<string, string> | (() => Record<string, string>);
  /**
   * Asked on each connect, and again before its answer expires, when the new one is sent on the open socket. It goes as phoenix.js'
   * `authToken`, not in the address. A rejection counts as a failed connect. A token that the server refuses (401) ends the socket.
   */
  token?: () => string | Promise<string>;
  /** Milliseconds between heartbeats (15,000). A connection that was silent from one to the next is given up. */
  heartbeat?: number;
  /** Milliseconds that a connect, a join and a push may take (10,000). */
  timeout?: number;
  /** The n-th reconnect waits between 0 and `min(cap, base * 2^n)` milliseconds, at random (1,000 and 30,000). */
  backoff?: {base: number; cap: number};
  /** Pushes of one room that may wait for their replies (10,000); one more is refused with `overloaded`. */
  maxPending?: number;
  /** The WebSocket class where there is no global one (Node.js 20): the one of `ws`, for instance. */
  WebSocket?: new (url: string) => any;
}

/** The answer to a push. */
export interface Ack {
  /** The number of the entry that it became. */
  seq: number;
  /** What a plug-in answered beside it. */
  data?: any;
}

/** The answer to a `pushOnce`. */
export interface OnceAck extends Ack {
  /** True if an earlier attempt had been applied; `seq` is that one's. */
  duplicate?: boolean;
}

export interface Joined extends Position {
  /** Only where a position was given: true if exactly the missed messages follow, false if a whole `state` does. */
  recovered?: boolean;
}

export interface Entry<P = any> {
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  user: string | null;
  event: string;
  payload: P;
}

/** The whole state, after a join that was not recovered: what was shown before is void. */
export interface StateMessage<S = any> extends Position {
  data: {type: string; state: S};
}

/** What changed, in order and each once. */
export interface Message<S = any> {
  data: {type: string; state: S};
  seq: number;
}

export interface Meta {
  phx_ref: string;
  [key: string]: any;
}

/** Everyone in the room, with one meta for each of their channels. */
export type Presence = ReadonlyMap<string, readonly Meta[]>;

export type Status = 'connecting' | 'open' | 'reconnecting' | 'closed';

export interface StatusDetail {
  /** reconnecting: milliseconds until the next attempt. */
  delay?: number;
  /** WebSocket close code; 0 if this side gave the connection up, for `reason` `heartbeat`, `timeout` or `failed`. */
  code?: number;
  reason?: string;
  /** What the token callback threw, for instance. */
  error?: unknown;
}

export interface SocketEvents {
  status: [status: Status, detail: StatusDetail];
}

/**
 * What a room tells. `S` is the shape of its state: `Record<string, {user: {id: string}, payload: P, at: number}>` in
 * accumulative rooms, the map itself in shared ones, `Record<string, {user: string, payload: P} | null>` in collaborative ones.
 */
export interface RoomEvents<S = any> {
  state: [message: StateMessage<S>];
  msg: [message: Message<S>];
  /** A binary push, as it is broadcast: without its user. */
  binary: [message: {seq: number; payload: Uint8Array}];
  /** Entries that were dropped because this connection did not read fast enough, in rooms with `slow_consumer: drop_oldest`. */
  dropped: [range: {from: number; to: number}];
  /** Only the lobby: the names of all rooms. */
  rooms: [message: {data: string[]}];
  /** After each change, with everyone. */
  presence: [users: Presence];
  /** A user who had no channel in the room has one. */
  presence_join: [id: string, metas: readonly Meta[]];
  /** The last channel of a user is gone; `metas` are its last. */
  presence_leave: [id: string, metas: readonly Meta[]];
  /** `joined` comes with the join's reply, `left` with the reason. */
  status: [status: RoomStatus, detail?: Joined | MyceliumError];
  /** A join was refused and is tried again. */
  error: [error: MyceliumError];
}

export type RoomStatus = 'joining' | 'joined' | 'left';

/** Events that a plug-in sends: any name, one value. */
type Handler<E, K> = K extends keyof E ? (E[K] extends any[] ? (...values: E[K]) => void : never) : (payload: any) => void;

export interface Room<S = any> {
  readonly name: string;
  readonly status: RoomStatus;
  /** Null until the first state. May be stored and given to a later `join` as `since`. */
  readonly position: Position | null;
  /** Replaced, never changed, by each presence event. */
  readonly presence: Presence;
  /** The first join's reply; rejects if the room refuses or is left before. Rejoins are told by `status`. */
  readonly joined: Promise<Joined>;

  /** Returns a function that takes the handler away again. */
  on<K extends keyof RoomEvents<S> | (string & {})>(event: K, handler: Handler<RoomEvents<S>, K>): () => void;

  /**
   * Sends once, as soon as the room is joined. Rejects with a {@link MyceliumError}: the server's, or `timeout` or `disconnected`,
   * after which it may or may not have been applied.
   */
  push(payload?: Json | Bytes, options?: {event?: string; timeout?: number}): Promise<Ack>;

  /**
   * Sends until the server answers, over reconnects and restarts of either side's network; it is applied once. Rejects only if the server
   * refuses it for good, or the room is left. The server knows a key again for 24 hours or 10,000 later entries, whichever is longer.
   */
  pushOnce(data: Json, options?: {key?: string}): Promise<OnceAck>;

  /** Entries before or after a number, or the newest; oldest first. */
  history(range?: {before?: number; after?: number; limit?: number}): Promise<{entries: Entry[]; more: boolean}>;

  /** What waits for an answer is rejected with `left`. */
  leave(): void;
}

export interface Socket {
  readonly status: Status;
  on<K extends keyof SocketEvents>(event: K, handler: (...values: SocketEvents[K]) => void): () => void;

  /**
   * A room, which joins as soon as the socket is open and again, from its position, after each reconnect. Add handlers before you await.
   * `params` is the join's payload; a function is asked on each join. `since` resumes from a position that was kept.
   */
  join<S = any>(room: string, options?: {
    params?: Record<string, Json> | (() => Record<string, Json>);
    since?: Position;
  }): Room<S>;

  /** For good: what waits for an answer is rejected with `closed`. */
  close(): void;
}

/** A refusal, with the server's `reason` or one of the client's own: timeout, disconnected, left, closed, not_joined, already_joined, overloaded, unauthorized. */
export class MyceliumError extends Error {
  constructor(reason: string, message: string, retryable?: boolean);
  readonly reason: string;
  /** Whether the same may succeed later, with nothing changed. */
  readonly retryable: boolean;
}

/**
 * Connects to an instance and stays connected until `close` or until the instance is deleted.
 *
 * @param url `ws:`, `wss:`, `http:` or `https:`, or a path on the page's own server: `/socket/chat`
 */
export function connect(url: string | URL, options?: Options): Socket;
