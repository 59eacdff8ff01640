/** Django's JSON API from its own pages: session and CSRF; every failure is a RectoError. */
import { RectoError } from './fastapi-client.js';

export { RectoError };

export function csrfToken() {
  return (
    document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ||
    document.querySelector('[name=csrfmiddlewaretoken]')?.value ||
    ''
  );
}

/** The raw response; `body` is sent as JSON unless it is a FormData. */
export async function send(method, url, { body, signal, headers = {} } = {}) {
  const init = { method, signal, credentials: 'same-origin', headers: { Accept: 'application/json', ...headers } };
  init.cache = 'no-store'; // Back would show an answer of before the change
  if (method !== 'GET') init.headers['X-CSRFToken'] = csrfToken();
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new RectoError('unreachable', String(error.message), 0);
  }
  if (!response.ok) throw await RectoError.fromResponse(response, 'django_down');
  return response;
}

const json = async (method, url, options) => {
  const response = await send(method, url, options);
  return response.status === 204 ? null : response.json();
};

export const get = (url, options) => json('GET', url, options);
export const post = (url, body, options) => json('POST', url, { ...options, body });
export const patch = (url, body) => json('PATCH', url, { body });
export const remove = (url) => json('DELETE', url);
