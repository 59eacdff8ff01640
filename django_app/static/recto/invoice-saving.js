/**
 * Corrections on their way to the server: kept here until it has them, sent one request after the other, each with the
 * version that was seen. An outage is waited out; if somebody else was quicker, the reader decides.
 */
import { get, patch } from './api.js';
import { health, outage, reportDown } from './health.js';

export class Saving extends EventTarget {
  #kept = new Map(); // path → what was typed and is not on the server yet
  #isSending = false;

  /** @param parts {url, version: () => number, decide: (facts of the refusal, mine) => Promise<"theirs"|"mine"|"">} */
  constructor(parts) {
    super();
    Object.assign(this, parts);
    health.addEventListener('recovered', () => this.#send());
  }

  get pending() {
    return this.#kept;
  }

  /** Resolves when all that was put here is on the server, or cannot be for now. */
  put(values) {
    for (const [path, value] of Object.entries(values)) this.#kept.set(path, value);
    return this.#send();
  }

  forget(path) {
    this.#kept.delete(path);
    this.#tell('state');
  }

  async #send() {
    if (this.#isSending || !this.#kept.size) return;
    this.#isSending = true;
    this.#tell('state', 'saving');
    const sent = new Map(this.#kept);
    let isAgain = false;
    try {
      const invoice = await patch(this.url, { version: this.version(), values: Object.fromEntries(sent) });
      this.#done(sent);
      this.#tell('saved', invoice);
      isAgain = this.#kept.size > 0;
    } catch (error) {
      isAgain = await this.#failed(error, sent);
    } finally {
      this.#isSending = false;
    }
    if (isAgain) return this.#send();
    this.#tell('state', this.#kept.size ? 'unsaved' : 'saved');
  }

  /** What was typed in the meantime stays. */
  #done(sent) {
    for (const [path, value] of sent) if (this.#kept.get(path) === value) this.#kept.delete(path);
  }

  /** Whether to try again at once. */
  async #failed(error, sent) {
    if (outage(error)) {
      reportDown(outage(error));
      return false;
    }
    if (error.code === 'overtaken') return this.#overtaken(error.facts, sent);
    const refused = (error.facts?.errors ?? []).filter(({ loc }) => loc[0] === 'values' && sent.has(loc[1]));
    for (const { loc, msg } of refused) {
      const [path, value] = [loc[1], sent.get(loc[1])];
      if (this.#kept.get(path) === value) this.#kept.delete(path);
      this.#tell('refused', { path, why: msg, value });
    }
    if (!refused.length) this.#tell('trouble', error);
    return refused.length > 0 && this.#kept.size > 0;
  }

  async #overtaken(facts, mine) {
    const answer = await this.decide(facts, mine);
    if (answer === 'theirs') for (const { field } of facts.changes) this.#kept.delete(field);
    try {
      this.#tell('overtaken', await get(this.url));
    } catch (error) {
      this.#tell('trouble', error);
      return false;
    }
    return answer !== '' && this.#kept.size > 0;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
