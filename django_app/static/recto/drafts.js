/**
 * Drafts while a slider moves: the first at once, then one after the other, always of the newest settings; so the page
 * follows the hand. Only one that takes long is replaced before its end.
 */
const PATIENCE = 400; // ms for a draft under way before newer settings replace it

// Two levels are smallest as PNG; anything else is quicker as JPEG, and a draft is only looked at.
const format = ({ steps }) => (steps.some(({ step }) => step === 'binarize') ? 'png' : 'jpeg');

export class Drafts {
  #current = null; // {recipe, asked, id} of the draft under way
  #next = null; // {recipe, asked} of the newest settings, while another draft is under way
  #timer = null;

  /** The draft that is to be seen, under way or come; null when drafts have been stopped. */
  latest = null;

  /** @param {LiveSocket} live */
  constructor(live) {
    this.live = live;
  }

  get current() {
    return this.#current;
  }

  /** A draft of this recipe as soon as may be. */
  ask(recipe) {
    this.#next = { recipe, asked: performance.now() };
    if (!this.#current) return this.#start();
    this.#timer ??= setTimeout(() => this.#start(), Math.max(0, this.#current.began + PATIENCE - performance.now()));
  }

  /** The draft under way has come; begins the next, if there is one. */
  arrived() {
    this.#current = null;
    if (this.#next) this.#start();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = this.#next = this.#current = this.latest = null;
  }

  #start() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const { recipe } = this.#next;
    const id = this.live.run({ recipe, draft: true, format: format(recipe) });
    this.#current = this.latest = { ...this.#next, id, began: performance.now() };
    this.#next = null;
  }
}
