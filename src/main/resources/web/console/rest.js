/** What the REST API said no to; the message is the problem document's detail. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? `the server answered ${status}`);
    this.status = status;
    this.code = document.code;
    this.errors = document.errors ?? [];
  }
}

/** One request to the REST API, with the token of whoever has logged in (the header says that a script of this page asks); resolves to the answer's JSON, null if it has none. */
export async function rest(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: {'x-requested-with': 'mycelium', ...(body !== undefined && {'content-type': 'application/json'})},
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, {detail: 'the server cannot be reached'});
  }
  // The session has ended; the page is then the one to log in.
  if (answer.status === 401) location.reload();
  const text = await answer.text();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    json = {detail: text.slice(0, 200)};
  }
  if (!answer.ok) throw new Problem(answer.status, json ?? {});
  return json;
}

export const instancePath = id => `/instances/${encodeURIComponent(id)}`;
export const roomPath = (id, room) => `${instancePath(id)}/rooms/${encodeURIComponent(room)}`;
