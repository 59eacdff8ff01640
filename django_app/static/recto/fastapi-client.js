/**
 * The image engine from a page's script. Stands alone: no imports, usable from any page on an allowed origin.
 *
 *   const client = new FastAPIClient('http://localhost:8001/api', { token });
 *   const answer = await client.autoProcess(file, true);
 *   img.src = 'data:image/png;base64,' + answer.output.image_base64;
 */

/** What went wrong, for programs (`code`), for people (`detail`) and as HTTP `status` (0: no answer at all). */
export class RectoError extends Error {
  constructor(code, detail, status = 0, facts = {}) {
    super(detail || code);
    this.name = 'RectoError';
    Object.assign(this, { code, detail, status, facts });
  }

  /** From an answer that is not 2xx: problem+json where a service spoke, else only the proxy's status. */
  static async fromResponse(response, silent = 'unavailable') {
    const type = response.headers.get('Content-Type') || '';
    const problem = type.includes('json') ? await response.json().catch(() => ({})) : {};
    const code = problem.code || ([502, 503, 504].includes(response.status) ? silent : `http_${response.status}`);
    return new RectoError(code, problem.detail || response.statusText, response.status, problem);
  }
}

const EARLY = 30; // seconds before its end at which a token is no longer used

export class FastAPIClient {
  #tokens = new Map();

  /**
   * @param {string} baseUrl `/api/fastapi` behind nginx, `http://host:8001/api` directly
   * @param {{token?: string, tokenUrl?: string}} options a token at hand, or where this page's session gets one
   */
  constructor(baseUrl = '/api/fastapi', { token = null, tokenUrl = '/api/get-fastapi-token' } = {}) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.fixedToken = token;
    this.tokenUrl = tokenUrl;
  }

  /** The image through the whole pipeline: a Blob, or with `returnJson` the engine's JSON answer. */
  autoProcess(imageFile, returnJson = false, options = {}) {
    return this.#operate('auto-process', imageFile, returnJson, options);
  }

  binarize(imageFile, options = {}) {
    return this.#operate('binarize', imageFile, options.returnJson, options);
  }
  denoise(imageFile, options = {}) {
    return this.#operate('denoise', imageFile, options.returnJson, options);
  }
  deskew(imageFile, options = {}) {
    return this.#operate('deskew', imageFile, options.returnJson, options);
  }
  enhance(imageFile, options = {}) {
    return this.#operate('enhance', imageFile, options.returnJson, options);
  }

  /** Operations, parameter ranges, presets, limits. */
  async info() {
    return (await this.#send('GET', '/images/info')).json();
  }
  async health() {
    return (await this.#send('GET', '/images/health', { anonymous: true })).json();
  }

  /** Read text: the JSON answer of /ocr, or the text itself with `format: 'text'`. */
  async ocr(imageFile, { languages = 'eng', format = 'json', page = null, signal, ...query } = {}) {
    const response = await this.#send('POST', '/ocr', {
      file: imageFile,
      page,
      signal,
      query: { languages, format, ...query },
    });
    return format === 'json' ? response.json() : response.text();
  }

  /** The processed image with the facts of its headers: `{blob, skewAngle, recipe, timings}`. */
  async process(operation, imageFile, { page = null, version = null, signal, query = {} } = {}) {
    const response = await this.#send('POST', `/images/${operation}`, {
      file: imageFile,
      page,
      version,
      signal,
      query,
    });
    return outcome(response);
  }

  /**
   * A token for this session; with `page`, one that names that page's current image, with `version` too that version's.
   * Cached until shortly before its end.
   */
  async token(page = null, { version = null, fresh = false } = {}) {
    if (this.fixedToken) return this.fixedToken;
    const url = this.tokenUrl + search({ page, version });
    const kept = this.#tokens.get(url);
    if (kept && !fresh && kept.until > Date.now()) return kept.access;
    const response = await answer(
      url,
      { credentials: 'same-origin', headers: { Accept: 'application/json' } },
      'django_down',
    );
    const { access, expires_in: seconds } = await response.json();
    this.#tokens.set(url, { access, until: Date.now() + Math.max(1, seconds - EARLY) * 1000 });
    return access;
  }

  async #operate(operation, file, returnJson, { page = null, version = null, signal, returnJson: _, ...query } = {}) {
    if (returnJson) query.return_json = 'true';
    const response = await this.#send('POST', `/images/${operation}`, { file, page, version, signal, query });
    return returnJson ? response.json() : response.blob();
  }

  async #send(method, path, { file = null, page = null, version = null, query = {}, signal, anonymous = false } = {}) {
    const url = `${this.baseUrl}${path}${search(query)}`;
    for (let fresh = false; ; fresh = true) {
      const headers = { Accept: '*/*' };
      if (!anonymous) headers.Authorization = `Bearer ${await this.token(page, { version, fresh })}`;
      try {
        return await answer(url, { method, headers, signal, body: form(file), credentials: 'omit' }, 'engine_down');
      } catch (error) {
        if (error.status !== 401 || fresh || anonymous || this.fixedToken) throw error;
      }
    }
  }
}

/** Reads an image answer, from the engine or by way of Django. */
export async function outcome(response) {
  const [recipe, matrix] = ['X-Recipe', 'X-Matrix'].map((name) => response.headers.get(name));
  return {
    blob: await response.blob(),
    skewAngle: Number(response.headers.get('X-Skew-Angle') || 0),
    recipe: recipe ? JSON.parse(recipe) : null,
    matrix: matrix ? JSON.parse(matrix) : null,
    timings: timings(response.headers.get('Server-Timing')),
  };
}

/** `denoise;dur=12.5, deskew;dur=3` (milliseconds) → [{name, seconds}] */
export function timings(header) {
  return (header || '')
    .split(',')
    .map((entry) => {
      const [name, ...parameters] = entry.split(';').map((part) => part.trim());
      const dur = parameters.find((part) => part.startsWith('dur='));
      return { name, seconds: dur ? Number(dur.slice(4)) / 1000 : null };
    })
    .filter(({ name, seconds }) => name && seconds !== null);
}

function search(query) {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const pairs = entries.map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

function form(file) {
  if (!file) return undefined;
  const data = new FormData();
  data.append('file', file, file.name || 'page');
  return data;
}

async function answer(url, init, silent) {
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new RectoError('unreachable', String(error.message), 0);
  }
  if (!response.ok) throw await RectoError.fromResponse(response, silent);
  return response;
}

if (typeof window !== 'undefined') window.FastAPIClient = FastAPIClient;
