/** The stage: the page large, and over it a result or a second version with the divider between. */
import './compare.js';
import { say } from './words.js';
import { into, onto, turned } from './matrix.js';
import { link, PageViewer } from './viewer.js';

export class Stage extends EventTarget {
  #before = null; // the version below
  #after = null; // {matrix, skewAngle} of what lies over it
  #link;

  /** @param {HTMLElement} element the section .stage with recto-compare, the tool bar and the placeholder inside */
  constructor(element) {
    super();
    this.element = element;
    this.compare = element.querySelector('recto-compare');
    this.page = new PageViewer(element.querySelector('[data-side=before]'), say('viewer.page'));
    this.result = new PageViewer(element.querySelector('[data-side=after]'), say('viewer.result'));
    this.#link = link(this.page, this.result);
    this.#bindTools();
  }

  get before() {
    return this.#before;
  }
  get hasResult() {
    return this.#after !== null;
  }
  get aligned() {
    return this.element.querySelector('.tool-align')?.getAttribute('aria-pressed') === 'true';
  }

  /** One stored version alone. */
  async showVersion(version) {
    this.clearResult();
    await this.#lay(version);
  }

  /** Two stored versions against each other. */
  async showPair(before, after) {
    await this.#lay(before);
    this.#after = { matrix: after.matrix };
    await this.result.showVersion(after, this.#placement());
    this.#resultIn(true);
  }

  /**
   * A result over the original; its `matrix` (original → result), or at least its `skewAngle` in degrees. `small`: a
   * draft or a preview, which is shown the quickest way.
   */
  async showResult(blob, original, { matrix = null, skewAngle = 0, small = false } = {}) {
    if (this.#before?.id !== original.id) await this.#lay(original);
    const first = !this.hasResult;
    this.#after = { matrix, skewAngle };
    await this.result.showBlob(blob, this.#placement(), { small });
    if (this.#after) this.#resultIn(first);
  }

  /** A stored version to be worked on, below whatever lies over it, with some room around. */
  async workOn(version) {
    await this.#lay(version);
    this.#link.take();
    this.page.fit(0.84);
  }

  clearResult() {
    this.#after = null;
    this.result.clear();
    delete this.element.dataset.result;
    this.compare.split = false;
  }

  #resultIn(split) {
    this.element.dataset.result = 'true';
    if (split) this.#split(true);
    this.dispatchEvent(new CustomEvent('result'));
  }

  #split(on) {
    this.compare.split = on;
    this.element.querySelector('.tool-split')?.setAttribute('aria-pressed', on);
  }

  async #lay(version) {
    if (this.#before?.id === version.id && !this.page.isEmpty) return;
    this.#before = version;
    this.element.dataset.state = 'loading';
    try {
      await this.page.showVersion(version);
      this.element.dataset.state = 'ready';
      this.dispatchEvent(new CustomEvent('shown', { detail: version }));
    } catch (error) {
      this.element.dataset.state = 'failed';
      this.#before = null;
      throw error;
    }
  }

  /** Lined up by the words, or each filling the same frame. */
  #placement() {
    const [shown, { matrix, skewAngle }] = [this.#before, this.#after];
    return (size) => {
      const other = { width: size.x, height: size.y };
      if (!this.aligned) return into(shown, other);
      return onto(shown, { ...other, matrix: matrix || turned(shown, other, skewAngle) });
    };
  }

  #bindTools() {
    const on = (selector, action) => this.element.querySelector(selector)?.addEventListener('click', action);
    const zoom = (factor) => () => {
      this.#link.take();
      this.page.zoomBy(factor);
    };
    on('.tool-in', zoom(1.5));
    on('.tool-out', zoom(1 / 1.5));
    on('.tool-fit', () => {
      this.#link.take();
      this.page.fit();
    });
    on('.tool-full', () => this.fullScreen());
    on('.tool-split', () => this.#split(!this.compare.split));
    on('.tool-align', ({ currentTarget }) => {
      currentTarget.setAttribute('aria-pressed', !this.aligned);
      if (this.#after) this.result.place(this.#placement());
    });
    document.addEventListener('fullscreenchange', () =>
      this.element.querySelector('.tool-full')?.setAttribute('aria-pressed', document.fullscreenElement !== null),
    );
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.element.requestFullscreen?.();
  }
}
