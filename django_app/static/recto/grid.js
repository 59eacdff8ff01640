/** The pages of a document: selection, order by drag or by buttons, deletion. */
import Sortable from '../vendor/sortablejs/modular/sortable.esm.js';
import { post, remove } from './api.js';
import { ask } from './confirm.js';
import { keepFocus } from './focus.js';
import { announce, explain, say } from './words.js';

export class Grid extends EventTarget {
  #lastBox = null;
  #saved = []; // the pages' ids in the order that the site keeps

  /**
   * @param {HTMLOListElement} list
   * @param {HTMLTemplateElement} card
   * @param {{document: number, editable: boolean}} options
   */
  constructor(list, card, { document, editable }) {
    super();
    Object.assign(this, { list, card, document, editable });
    list.addEventListener('click', (event) => this.#click(event));
    list.addEventListener('click', (event) => this.#select(event));
    if (editable) {
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      Sortable.create(list, {
        animation: still ? 0 : 150,
        handle: '.card-drag',
        ghostClass: 'card-ghost',
        onEnd: () => this.#ordered(),
      });
    }
    this.#number();
    this.#saved = this.ids;
  }

  get cards() {
    return [...this.list.querySelectorAll('.page-card')];
  }
  get ids() {
    return this.cards.map((card) => Number(card.dataset.page));
  }
  get selected() {
    return this.cards
      .filter((card) => card.querySelector('.card-select').checked)
      .map((card) => Number(card.dataset.page));
  }

  /** Selects all pages, or none. */
  selectAll(on) {
    for (const card of this.cards) card.querySelector('.card-select').checked = on;
    this.dispatchEvent(new CustomEvent('selection'));
  }

  /** With Shift (and the mouse or the space bar) everything between the last box and this one becomes as this one. */
  #select({ target, shiftKey }) {
    if (!target.matches('.card-select')) return;
    const boxes = this.cards.map((card) => card.querySelector('.card-select'));
    const [from, to] = [boxes.indexOf(this.#lastBox), boxes.indexOf(target)].sort((a, b) => a - b);
    if (shiftKey && from >= 0) for (const box of boxes.slice(from, to + 1)) box.checked = target.checked;
    this.#lastBox = target;
    this.dispatchEvent(new CustomEvent('selection'));
  }

  /** Shows a page that a job has just made, at its place. */
  insert(page) {
    if (this.find(page.id)) return;
    this.add([page]);
    const place = this.cards[page.number - 1];
    if (place && place !== this.find(page.id)) place.before(this.find(page.id));
    this.#number();
    this.#saved = this.ids;
  }

  /** Shows new pages at the end. */
  add(pages) {
    for (const page of pages) {
      const card = this.card.content.firstElementChild.cloneNode(true);
      card.dataset.page = page.id;
      this.fill(card, page);
      this.list.append(card);
    }
    this.#number();
    this.#saved = this.ids;
  }

  /** Shows what a page now is. */
  fill(card, page) {
    card.querySelector('.card-link').href = page.url;
    card.querySelector('.card-name').textContent = page.name;
    const image = card.querySelector('img');
    const src = page.current?.thumbnail || page.thumbnail;
    if (image.getAttribute('src') !== src) image.src = src;
    for (const [selector, key] of [
      ['.card-select', 'page.select'],
      ['.card-delete', 'page.delete'],
      ['.card-earlier', 'page.earlier'],
      ['.card-later', 'page.later'],
    ]) {
      card.querySelector(selector)?.setAttribute('aria-label', say(key, { name: page.name }));
    }
  }

  find(id) {
    return this.cards.find((card) => Number(card.dataset.page) === id);
  }

  /** A small mark on a page while a job works on it: queued, running, done, failed or none. */
  mark(id, state) {
    const card = this.find(id);
    if (card) card.dataset.job = state || '';
  }

  async #click(event) {
    const card = event.target.closest('.page-card');
    if (!card) return;
    if (event.target.closest('.card-delete')) return this.#delete(card);
    if (event.target.closest('.card-earlier')) return this.#move(card, -1, '.card-earlier');
    if (event.target.closest('.card-later')) return this.#move(card, 1, '.card-later');
  }

  async #move(card, by, button) {
    const other = by < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(card);
    else other.after(card);
    const kept = await this.#ordered();
    (
      card.querySelector(`${button}:not(:disabled)`) || card.querySelector('.card-earlier:enabled, .card-later:enabled')
    )?.focus();
    if (kept) announce(say('page.moved', { n: this.cards.indexOf(card) + 1 }));
  }

  /** Saves the order shown. Returns whether it was kept; if not, the one before is shown again. */
  async #ordered() {
    const wanted = this.ids;
    this.#number();
    try {
      await post(`/api/documents/${this.document}/order/`, { pages: wanted });
      this.#saved = wanted;
      return true;
    } catch (error) {
      this.list.append(...this.#saved.map((id) => this.find(id)).filter(Boolean));
      this.#number();
      this.dispatchEvent(new CustomEvent('trouble', { detail: say('order.failed', { why: explain(error) }) }));
      return false;
    }
  }

  async #delete(card) {
    const name = card.querySelector('.card-name').textContent;
    if (!(await ask(say('page.delete.sure', { name }), say('delete'), { danger: true }))) return;
    try {
      await remove(`/api/pages/${card.dataset.page}/`);
      const near = card.nextElementSibling ?? card.previousElementSibling;
      keepFocus(card, () => card.remove(), near?.querySelector('.card-link'), document.querySelector('#image-upload'));
      this.#number();
      this.#saved = this.ids;
      announce(say('page.deleted', { name }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent('trouble', { detail: explain(error) }));
    }
  }

  #number() {
    const cards = this.cards;
    cards.forEach((card, index) => {
      card.querySelector('.card-number').textContent = index + 1;
      const link = card.querySelector('.card-link');
      if (link.pathname.includes('/pages/')) link.href = link.pathname.replace(/pages\/\d+\/$/, `pages/${index + 1}/`);
      const [earlier, later] = [card.querySelector('.card-earlier'), card.querySelector('.card-later')];
      if (earlier) earlier.disabled = index === 0;
      if (later) later.disabled = index === cards.length - 1;
    });
    this.dispatchEvent(new CustomEvent('count', { detail: cards.length }));
  }
}
