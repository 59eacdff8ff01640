/** A form on its way to Django: by XMLHttpRequest, since fetch does not tell how much has been sent. */
import { csrfToken } from './api.js';
import { RectoError } from './fastapi-client.js';

/**
 * The answer's JSON; `request` is the caller's, who watches its `upload` and may abort it.
 * @param tooLarge the code of a 413 that a proxy says without words
 */
export function sent(request, url, form, { headers = {}, tooLarge = 'too_many_bytes' } = {}) {
  return new Promise((resolve, reject) => {
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    request.onerror = () => reject(new RectoError('unreachable', '', 0));
    request.onload = () =>
      request.status < 300 ? resolve(JSON.parse(request.responseText)) : reject(refusal(request, tooLarge));
    request.open('POST', url);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('X-CSRFToken', csrfToken());
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(form);
  });
}

function refusal({ status, responseText }, tooLarge) {
  let problem = {};
  try {
    problem = JSON.parse(responseText);
  } catch {
    /* a proxy's page: the status must do */
  }
  const silent = { 413: tooLarge, 502: 'django_down', 503: 'django_down', 504: 'django_down' }[status];
  const code = problem.code || silent || `http_${status}`;
  return new RectoError(code, problem.detail || problem.file?.[0], status, problem);
}
