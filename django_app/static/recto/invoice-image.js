/** The invoice's pages on the stage: the box of a field, and the word that is clicked. */
import { get } from './api.js';
import { Overlay } from './overlay.js';
import { Stage } from './stage.js';
import { say } from './words.js';

const holds = ([x, y, width, height], [px, py]) => px >= x && px <= x + width && py >= y && py <= y + height;
/** With some air, so that its frame does not lie on small print. */
const around = ([x, y, width, height], air = Math.max(3, height * 0.25)) =>
  [x - air, y - air, width + 2 * air, height + 2 * air]; // prettier-ignore
const centre = ([x, y, width, height]) => [x + width / 2, y + height / 2];

export class InvoiceImage extends EventTarget {
  #pages = [];
  #shown = null;
  #wanted = null; // {page, box} of the newest field
  #words = new Map(); // page id → promise of its words

  /** @param parts {stage: HTMLElement, place: the group that turns pages, link: to the page's own view} */
  constructor({ stage, place, link }) {
    super();
    Object.assign(this, { place, link });
    this.stage = new Stage(stage);
    this.overlay = new Overlay(this.stage.page);
    this.stage.addEventListener('shown', () => {
      stage.querySelector('.stage-placeholder').hidden = true;
      this.#light();
    });
    this.stage.page.osd.addHandler('canvas-click', (event) => event.quick && this.#clicked(event));
    place.querySelector('#page-before').addEventListener('click', () => this.turn(-1));
    place.querySelector('#page-after').addEventListener('click', () => this.turn(1));
  }

  /** @param pages as the API tells them; `number` counts within the file */
  async load(pages) {
    const isFirst = !this.#shown;
    this.#pages = pages;
    this.place.hidden = pages.length < 2;
    if (isFirst && pages.length) await this.#show(pages[0]);
  }

  /** Where a value stands; nothing, for one that stands nowhere. */
  async point(value) {
    this.#wanted = value?.box ? value : null;
    const page = this.#wanted && this.#pages.find(({ number }) => number === value.page);
    if (page && page !== this.#shown) await this.#show(page);
    else this.#light();
  }

  turn(by) {
    const next = this.#pages[this.#pages.indexOf(this.#shown) + by];
    if (next) this.#show(next);
  }

  async #show(page) {
    this.#shown = page;
    this.overlay.light(null);
    const index = this.#pages.indexOf(page);
    this.place.querySelector('#page-number').textContent = say('invoice.page', {
      n: index + 1,
      total: this.#pages.length,
    });
    this.place.querySelector('#page-before').disabled = index === 0;
    this.place.querySelector('#page-after').disabled = index === this.#pages.length - 1;
    this.link.href = page.url;
    this.#wordsOf(page); // they are there when one is clicked
    await this.stage.showVersion({ id: page.page, n: index + 1, ...page });
    this.stage.page.fitWidth(); // small print is read, not looked at
    this.#light();
  }

  #light() {
    const { box, page } = this.#wanted ?? {};
    const isHere = box && this.#shown?.number === page;
    this.overlay.light(isHere ? around(box) : null);
    if (isHere) this.stage.page.reveal(box, this.overlay.matrix);
  }

  async #clicked({ position, originalEvent }) {
    const [point, page] = [this.overlay.toOriginal(position.x, position.y), this.#shown];
    const word = point && (await this.#wordsOf(page)).find(({ box }) => holds(box, point));
    if (!word || page !== this.#shown) return;
    const detail = { ...word, page: page.number, isMore: originalEvent.shiftKey };
    this.dispatchEvent(new CustomEvent('word', { detail }));
  }

  #wordsOf(page) {
    if (!this.#words.has(page.page)) this.#words.set(page.page, words(page.text));
    return this.#words.get(page.page).catch(() => {
      this.#words.delete(page.page); // asked for again at the next click
      return [];
    });
  }
}

const words = async (url) => {
  const { regions } = await get(url);
  return regions.flatMap(({ lines }) => lines.flatMap((line) => line.words ?? []));
};

/** Of some readings the one that a word of the page belongs to. */
export const readingOf = (readings, { page, box }) =>
  readings.find((reading) => reading.box && reading.page === page && holds(reading.box, centre(box)));
