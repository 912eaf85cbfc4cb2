// Where the server asks for tokens, a page may be given one as #token=..., which no server's log has; this window keeps it.
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) {
  sessionStorage.setItem('token', given);
  history.replaceState(null, '', location.pathname + location.search);
}

/** Null if there is none. */
export const token = sessionStorage.getItem('token');

/** Whom it is for, if it says so. */
export const tokenUser = token && subject(token);

function subject(jwt) {
  try {
    const bytes = Uint8Array.from(atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), c => c.codePointAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub;
  } catch {
    return null;
  }
}

/** A request to the REST API. Without a token that of whoever has logged in to the console counts, which the first header is for. */
export const api = (path, {headers, ...options} = {}) => fetch(`/api/v1${path}`, {
  ...options, headers: {'x-requested-with': 'mycelium', ...(token && {authorization: `Bearer ${token}`}), ...headers},
});

/** The JSON of an answer; throws an Error with the status and the problem's detail. */
export async function json(answer) {
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail), {status: answer.status});
  return body;
}

/** A form that takes a token for this window and loads the page anew. */
export function tokenForm(instances) {
  const form = document.createElement('form');
  form.className = 'token';
  const why = document.createElement('p'), command = document.createElement('pre'), input = document.createElement('input'), button = document.createElement('button');
  why.textContent = 'This server asks for a token. Whoever runs it makes one:';
  command.append(Object.assign(document.createElement('code'), {textContent: `java -jar target/mycelium.jar token --user ada --instances '${instances}'`}));
  Object.assign(input, {name: 'token', required: true, autocomplete: 'off', autofocus: true, placeholder: 'Token', ariaLabel: 'Token'});
  Object.assign(button, {className: 'primary', textContent: 'Use it'});
  form.append(why, command, input, button);
  if (token) form.prepend(Object.assign(document.createElement('p'), {className: 'error', textContent: 'The token that this window has is not valid, or no longer.'}));
  form.addEventListener('submit', event => {
    event.preventDefault();
    sessionStorage.setItem('token', input.value.trim());
    location.reload();
  });
  return form;
}
