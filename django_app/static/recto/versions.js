/** The Versions panel: every image that this page has been; show, compare two, revert, download. */
import { post } from './api.js';
import { ask } from './confirm.js';
import { outage, reportDown } from './health.js';
import { stepTitle } from './steps.js';
import { announce, explain, knows, moment, say } from './words.js';

/** Oldest first, numbered from the original = 1. */
export const numbered = (versions) =>
  [...versions].sort((a, b) => a.id - b.id).map((version, index) => ({ ...version, n: index + 1 }));

/** A version in words: what was done, step by step. */
export function inWords(version, versions) {
  if (version.reverts) {
    const target = versions.find(({ id }) => id === version.reverts);
    return say('version.reverted', { n: target ? target.n : '' });
  }
  if (version.is_original) return say('version.original');
  const steps = version.recipe.steps.map(({ step, method }) => {
    const how = method && knows(`method.${method}`) ? ` (${say(`method.${method}`)})` : '';
    return stepTitle(step) + how;
  });
  return steps.join(', ') || version.label;
}

export class Versions {
  #versions = [];
  #shown = null;
  #picked = [];

  /** @param parts {config, panel, row: HTMLTemplateElement, onShow, onChange} */
  constructor(parts) {
    Object.assign(this, parts);
    this.list = this.panel.querySelector('#version-list');
    this.link = this.panel.querySelector('#compare-link');
    this.list.addEventListener('click', (event) => this.#click(event));
    this.list.addEventListener('change', (event) => this.#pick(event.target));
  }

  get current() {
    return this.#versions.find(({ id }) => id === this.currentId);
  }
  get original() {
    return this.#versions.find((version) => version.is_original && !version.reverts);
  }
  get shown() {
    return this.#shown || this.current;
  }

  /** Shows the page's versions, newest first. */
  load(page) {
    this.currentId = page.current.id;
    this.#versions = numbered(page.versions);
    this.#shown = null;
    this.#picked = [];
    this.list.replaceChildren(...[...this.#versions].reverse().map((version) => this.#row(version)));
    this.#mark();
    this.#offer();
  }

  #row(version) {
    const row = this.row.content.firstElementChild.cloneNode(true);
    row.dataset.version = version.id;
    const image = row.querySelector('img');
    image.src = version.thumbnail;
    row.querySelector('.version-number').textContent = say('version.n', { n: version.n });
    row.querySelector('.version-words').textContent = inWords(version, this.#versions);
    row.querySelector('.version-facts').textContent = [
      version.by,
      moment(version.created_at),
      `${version.width} × ${version.height}`,
    ]
      .filter(Boolean)
      .join(' · ');
    row.querySelector('.version-download').href =
      `${version.image}${version.image.includes('?') ? '&' : '?'}download=1`;
    const revert = row.querySelector('.version-revert');
    if (revert) revert.hidden = version.id === this.currentId;
    for (const [selector, key] of [
      ['.version-show', 'version.show'],
      ['.version-pick', 'version.pick'],
      ['.version-revert', 'version.revert'],
      ['.version-download', 'version.download'],
    ]) {
      row.querySelector(selector)?.setAttribute('aria-label', say(key, { n: version.n }));
    }
    return row;
  }

  #mark() {
    for (const row of this.list.children) {
      const id = Number(row.dataset.version);
      row.querySelector('.version-current').hidden = id !== this.currentId;
      row.querySelector('.version-show').setAttribute('aria-pressed', id === this.shown?.id);
    }
  }

  #of(element) {
    const id = Number(element.closest('[data-version]').dataset.version);
    return this.#versions.find((version) => version.id === id);
  }

  async #click(event) {
    if (event.target.closest('.version-show')) {
      this.#shown = this.#of(event.target);
      this.#mark();
      this.onShow(this.#shown);
    }
    if (event.target.closest('.version-revert')) await this.#revert(this.#of(event.target));
  }

  #pick(box) {
    const { id } = this.#of(box);
    this.#picked = box.checked ? [...this.#picked, id].slice(-2) : this.#picked.filter((other) => other !== id);
    for (const row of this.list.children)
      row.querySelector('.version-pick').checked = this.#picked.includes(Number(row.dataset.version));
    this.#offer();
  }

  #offer() {
    const [a, b] = [...this.#picked].sort((one, other) => one - other);
    this.link.classList.toggle('disabled', b === undefined);
    if (b === undefined) {
      this.link.removeAttribute('href');
      this.link.setAttribute('aria-disabled', 'true');
    } else {
      this.link.href = `${this.config.compare}?a=${a}&b=${b}`;
      this.link.removeAttribute('aria-disabled');
    }
  }

  async #revert(version) {
    if (!(await ask(say('version.revert.sure', { n: version.n }), say('version.revert.verb')))) return;
    const status = this.panel.querySelector('#version-status');
    try {
      await post(`/api/pages/${this.config.page}/revert/`, { version: version.id });
      await this.onChange();
      this.list.querySelector('.version-show').focus({ preventScroll: true });
      status.textContent = say('version.reverted', { n: version.n });
    } catch (error) {
      if (outage(error)) reportDown(outage(error));
      status.textContent = explain(error);
    }
    announce(status.textContent);
  }
}
