/**
 * What happens to the reader's jobs, over WS /ws/USER: every message is an event of its own type (`job_progress`,
 * `job_finished`, `image_processed` …) with the message as detail; `up` and `down` tell of the connection. It comes back by
 * itself and has missed nothing. While it is not `connected` (a proxy may forbid sockets), whoever follows a job asks.
 */
import { FastAPIClient } from './fastapi-client.js';

const QUIET_END = 1000;
const [EXPIRED, STRANGER] = [4401, 4403];
const BEAT = 25_000;
const LONGEST_PAUSE = 10_000;
const REMEMBERED = 60_000; // from one page to the next; what is older stands on the page already

export class Notifications extends EventTarget {
  #socket = null;
  #last = null; // the id of the newest event
  #attempts = 0;
  #timer = null;
  #beat = null;
  #isAnswered = true;
  #isWanted = false;

  /**
   * @param {string} user whose; the token must be of the same
   * @param {() => Promise<string>} getToken called for every connection
   */
  constructor(user, getToken, url = new URL(`/ws/${user}`, location.href).href.replace(/^http/, 'ws')) {
    super();
    this.getToken = getToken;
    this.url = url;
    this.key = `recto-event-${user}`;
    this.#last = this.#remembered();
  }

  get connected() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    this.#isWanted = true;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close?.(QUIET_END);
  }

  async #connect() {
    if (this.#socket || !this.#isWanted) return;
    this.#socket = { readyState: WebSocket.CONNECTING };
    let token;
    try {
      token = await this.getToken();
    } catch (error) {
      return this.#ended(error.status === 401 ? STRANGER : 0);
    }
    const socket = new WebSocket(this.url + (this.#last ? `?last_id=${this.#last}` : ''), ['bearer', token]);
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#received(JSON.parse(data));
    socket.onclose = ({ code }) => this.#ended(code);
    this.#socket = socket;
    if (!this.#isWanted) socket.close(QUIET_END);
  }

  #opened() {
    this.#isAnswered = true;
    this.#beat = setInterval(() => this.#ping(), BEAT);
    if (!this.#last) this.#say({ type: 'resume' });
    this.#emit('up');
  }

  /** A connection that leads nowhere is not told of by anybody. */
  #ping() {
    if (!this.#isAnswered) return this.#ended(0);
    this.#isAnswered = false;
    this.#say({ type: 'ping' });
  }

  #received(message) {
    this.#isAnswered = true;
    this.#attempts = 0;
    if (message.id) this.#remember(message.id);
    this.#emit(message.type, message);
  }

  #ended(code) {
    const was = this.connected || this.#beat !== null;
    clearInterval(this.#beat);
    this.#beat = null;
    if (this.#socket) this.#socket.onclose = this.#socket.onmessage = null;
    if (this.connected) this.#socket.close();
    this.#socket = null;
    if (was) this.#emit('down');
    if (code === STRANGER) this.#isWanted = false;
    if (!this.#isWanted) return;
    // An expired token is no outage: a fresh one, at once, but only once in a row.
    const pause = code === EXPIRED && this.#attempts === 0 ? 0 : Math.min(500 * 2 ** this.#attempts, LONGEST_PAUSE);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#connect(), pause * (0.75 + Math.random() / 2));
  }

  #say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #remember(id) {
    this.#last = id;
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ id, at: Date.now() }));
    } catch {
      /* storage is forbidden: this page alone remembers */
    }
  }

  /** Where the page before this one, in the same tab, has stopped. */
  #remembered() {
    try {
      const { id, at } = JSON.parse(sessionStorage.getItem(this.key)) ?? {};
      return Date.now() - at < REMEMBERED ? id : null;
    } catch {
      return null;
    }
  }
}

const client = new FastAPIClient();
const user = document.body.dataset.user;

/** The one of this tab; nobody who is not logged in has one that connects. */
export const notifications = new Notifications(user, () => client.token(null, { fresh: true }));

if (user) {
  notifications.open();
  addEventListener('online', () => notifications.open());
  document.addEventListener('visibilitychange', () => document.hidden || notifications.open());
  // An open socket would keep the browser from keeping the page for Back.
  addEventListener('pagehide', () => notifications.close());
  addEventListener('pageshow', ({ persisted }) => persisted && notifications.open());
}
