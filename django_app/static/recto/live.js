/**
 * The live pipeline over WS /ws/process. Emits `progress`, `preview`, `complete`, `cancelled`, `error` for the newest
 * run only, and `up` / `down` for the connection. Connects when first needed and again by itself, with back-off.
 */
const QUIET_END = 1000;

export class LiveSocket extends EventTarget {
  #socket = null;
  #pending = null; // the newest run, kept until it ends so that a new connection can begin it again
  #binary = null; // a `complete` whose image is the next binary frame
  #count = 0;
  #attempts = 0;
  #timer = null;
  #closed = false;

  /**
   * @param {() => Promise<string>} getToken called for every connection, with `{fresh}` after a refusal
   * @param {string} url
   */
  constructor(getToken, url = new URL('/ws/process', location.href).href.replace(/^http/, 'ws')) {
    super();
    this.getToken = getToken;
    this.url = url;
  }

  get running() {
    return this.#pending !== null;
  }

  /** Starts a run and forgets the one before; returns its id. Without `image` the token's file is processed. */
  run({ recipe, draft = false, image = null, format = 'png' }) {
    const run = `r${++this.#count}`;
    this.#pending = {
      run,
      image,
      message: { action: 'auto_process', run, recipe, draft, binary: true, output_format: format },
    };
    this.#binary = null;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#start();
    else this.#connect();
    return run;
  }

  /** Connects, if that has not been done, so that the first run need not wait for it. */
  open() {
    this.#connect();
  }

  cancel() {
    if (!this.#pending) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#say({ action: 'cancel' });
    else this.#end('cancelled', { run: this.#pending.run });
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(QUIET_END);
  }

  #say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #start() {
    if (this.#pending.image) this.#socket.send(this.#pending.image);
    this.#say(this.#pending.message);
  }

  async #connect(fresh = false) {
    if (this.#socket || this.#closed) return;
    clearTimeout(this.#timer);
    this.#socket = { readyState: WebSocket.CONNECTING };
    let token;
    try {
      token = await this.getToken({ fresh });
    } catch (error) {
      this.#socket = null;
      return this.#lost(error.code || 'django_down');
    }
    const socket = new WebSocket(this.url, ['bearer', token]);
    socket.binaryType = 'blob';
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code }) => this.#ended(socket, code);
    this.#socket = socket;
  }

  #opened() {
    this.#attempts = 0;
    this.dispatchEvent(new CustomEvent('up'));
    if (this.#pending) this.#start();
  }

  #ended(socket, code) {
    if (this.#socket === socket) this.#socket = null;
    if (this.#closed || (!this.#pending && code === QUIET_END)) return;
    // An expired token is no outage: a fresh one, at once, but only once in a row.
    if (code === 4401 && this.#attempts === 0) {
      this.#attempts = 1;
      if (this.#pending) this.#connect(true);
      return;
    }
    this.#lost('socket_down');
  }

  #lost(code) {
    const delay = Math.min(500 * 2 ** this.#attempts++, 10000) * (0.75 + Math.random() / 2);
    if (this.#pending || this.#attempts > 1) this.dispatchEvent(new CustomEvent('down', { detail: { code } }));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(this.#attempts > 1), delay);
  }

  #received(data) {
    if (typeof data !== 'string') {
      const complete = this.#binary;
      this.#binary = null;
      if (complete && complete.run === this.#pending?.run) this.#end('complete', { ...complete, blob: data });
      return;
    }
    const message = JSON.parse(data);
    if (message.type === 'complete' && typeof message.final !== 'string') {
      this.#binary = message;
      return;
    }
    if (!this.#pending || (message.run && message.run !== this.#pending.run)) return;
    if (message.type === 'complete') this.#end('complete', { ...message, blob: unpack(message.final, message.format) });
    else if (message.type === 'cancelled' || message.type === 'error') this.#end(message.type, message);
    else if (message.type === 'preview') this.#emit('preview', { ...message, blob: unpack(message.image, 'jpeg') });
    else if (message.type === 'progress') this.#emit('progress', message);
  }

  #end(type, detail) {
    this.#pending = null;
    this.#emit(type, detail);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function unpack(base64, format = 'png') {
  const bytes = Uint8Array.from(atob(base64.replace(/^data:[^,]*,/, '')), (char) => char.charCodeAt(0));
  return new Blob([bytes], { type: `image/${format}` });
}
