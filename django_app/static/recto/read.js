/** The Text panel: reading a page, its lines beside the image, words and boxes lighting each other up. */
import { get, post } from './api.js';
import { LOST, SURE } from './confidence.js';
import { whileBusy } from './focus.js';
import { outage, reportDown } from './health.js';
import { cancel, ending, follow } from './jobs.js';
import { chosenLanguages } from './languages.js';
import { Overlay } from './overlay.js';
import { announce, explain, moment, say } from './words.js';

export class Read {
  #words = []; // [{box, span}]
  #lit = null;
  #job = null;

  /** @param parts {config, stage, panel} */
  constructor(parts) {
    Object.assign(this, parts);
    this.overlay = new Overlay(this.stage.page);
    this.lines = this.panel.querySelector('#text-lines');
    this.status = this.panel.querySelector('#read-status');
    const on = (selector, action) => this.panel.querySelector(selector)?.addEventListener('click', action);
    on('#read-btn', ({ currentTarget }) => whileBusy(currentTarget, () => this.#read()));
    on('#read-cancel', () => this.#job && cancel(this.#job));
    on('#copy-text', () => this.#copy());
    this.panel.querySelector('#show-boxes').addEventListener('change', () => this.#boxes());
    this.stage.addEventListener('shown', ({ detail: version }) => {
      this.overlay.matrix = version.matrix;
    });
    this.#bindWords();
    this.#bindImage();
  }

  /** Fetches what has been read so far. */
  async load() {
    this.panel.dataset.state = 'loading';
    try {
      this.#show(await get(`/api/pages/${this.config.page}/text/`));
    } catch (error) {
      this.panel.dataset.state = error.status === 404 ? 'unread' : 'failed';
      if (outage(error)) reportDown(outage(error));
    }
  }

  async #read() {
    const chosen = chosenLanguages(this.panel);
    if (!chosen.length) return this.#say(say('read.no_language'));
    this.#progress(true);
    try {
      const body = { languages: chosen, version: this.config.shown()?.id };
      const job = await follow(await post(`/api/pages/${this.config.page}/read/`, body), (state) => {
        this.#job = state;
      });
      this.#say(job.state === 'completed' ? say('read.done') : ending(job));
      if (job.state === 'completed') await this.load();
    } catch (error) {
      if (outage(error)) reportDown(outage(error));
      this.#say(explain(error));
    } finally {
      this.#progress(false);
    }
  }

  #progress(on) {
    this.panel.querySelector('#read-progress').hidden = !on;
    if (on) this.#say(say('read.working'));
  }

  #say(text) {
    this.status.textContent = text;
    announce(text);
  }

  #show(page) {
    this.panel.dataset.state = 'read';
    const lines = page.regions.flatMap((region) => region.lines);
    this.#words = [];
    this.hebrew = page.languages?.includes('heb');
    this.lines.replaceChildren(...page.regions.map((region) => this.#region(region)));
    this.panel.querySelector('#text-facts').textContent = say('read.facts', {
      lines: lines.length,
      confidence: Math.round((page.confidence || 0) * 100),
      when: moment(page.layer?.created_at),
      who: page.layer?.by || '',
    });
    if (!lines.length) this.panel.dataset.state = 'empty';
    this.#words[0]?.span.setAttribute('tabindex', '0');
    this.text = page.regions.map((region) => region.lines.map(({ text }) => text).join('\n')).join('\n\n');
    this.#boxes();
  }

  #region(region) {
    const block = Object.assign(document.createElement('div'), { className: 'text-region' });
    block.append(...region.lines.map((line) => this.#line(line)));
    return block;
  }

  #line(line) {
    const row = Object.assign(document.createElement('p'), { className: 'text-line', dir: line.direction });
    if (line.direction === 'rtl' && this.hebrew) row.lang = 'he';
    const words = line.words?.length ? line.words : [{ text: line.text, confidence: line.confidence, box: line.box }];
    for (const word of words) row.append(this.#word(word), ' ');
    return row;
  }

  #word({ text, confidence, box }) {
    const span = Object.assign(document.createElement('span'), { className: 'word', textContent: text, tabIndex: -1 });
    span.dataset.index = this.#words.push({ box, span }) - 1;
    if (confidence < SURE) {
      span.classList.add(confidence < LOST ? 'word-lost' : 'word-unsure');
      span.title = say('read.confidence', { percent: Math.round(confidence * 100) });
      const remark = Object.assign(document.createElement('span'), {
        className: 'visually-hidden',
        textContent: ` (${say('read.unsure')})`,
      });
      span.append(remark);
    }
    return span;
  }

  #bindWords() {
    const word = (event) => event.target.closest?.('.word');
    this.lines.addEventListener('pointerover', (event) => this.#light(word(event), { reveal: false }));
    this.lines.addEventListener('pointerleave', () => this.#light(null));
    this.lines.addEventListener('focusin', (event) => this.#light(word(event)));
    this.lines.addEventListener('focusout', () => this.#light(null));
    this.lines.addEventListener('click', (event) => word(event)?.focus());
    this.lines.addEventListener('keydown', (event) => this.#key(event));
  }

  /** One word is in the tab order; arrows go from word to word, Home and End to the ends. */
  #key(event) {
    const span = event.target.closest('.word');
    if (!span) return;
    const rtl = getComputedStyle(span).direction === 'rtl' ? -1 : 1;
    const moves = { ArrowLeft: -rtl, ArrowRight: rtl, ArrowUp: -1, ArrowDown: 1 };
    const last = this.#words.length - 1;
    let index =
      { Home: 0, End: last }[event.key] ?? (event.key in moves ? Number(span.dataset.index) + moves[event.key] : null);
    if (index === null) return;
    event.preventDefault();
    index = Math.min(last, Math.max(0, index));
    span.tabIndex = -1;
    this.#words[index].span.tabIndex = 0;
    this.#words[index].span.focus();
  }

  #bindImage() {
    const element = this.stage.page.osd.element;
    element.addEventListener('pointermove', ({ clientX, clientY }) => {
      if (this.panel.hidden || !this.#words.length) return;
      const frame = element.getBoundingClientRect();
      const point = this.overlay.toOriginal(clientX - frame.left, clientY - frame.top);
      const hit =
        point &&
        this.#words.find(
          ({ box: [x, y, w, h] }) => point[0] >= x && point[0] <= x + w && point[1] >= y && point[1] <= y + h,
        );
      if (hit?.span !== this.#lit) {
        this.#light(hit?.span, { reveal: false });
        hit?.span.scrollIntoView({ block: 'nearest' });
      }
    });
    element.addEventListener('pointerleave', () => this.#light(null));
  }

  #light(span, { reveal = true } = {}) {
    this.#lit?.classList.remove('word-lit');
    this.#lit = span || null;
    const box = span ? this.#words[span.dataset.index].box : null;
    span?.classList.add('word-lit');
    this.overlay.light(box);
    if (box && reveal) this.stage.page.reveal(box, this.overlay.matrix);
  }

  #boxes() {
    const on = this.panel.querySelector('#show-boxes').checked && !this.panel.hidden;
    this.overlay.showAll(on ? this.#words.map(({ box }) => box) : []);
  }

  /** The panel came to the front or went. */
  shown() {
    this.#boxes();
    if (this.panel.hidden) this.#light(null);
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.text);
    } catch {
      copyByHand(this.text, this.lines);
    }
    this.#say(say('copied'));
  }
}

/** Without https there is no clipboard API, but the selection can still be copied. */
function copyByHand(text, beside) {
  const area = Object.assign(document.createElement('textarea'), { value: text, className: 'visually-hidden' });
  beside.after(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
