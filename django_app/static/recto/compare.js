/**
 * <recto-compare>: what has `data-side="before"` and `data-side="after"` lies on top of each other with a divider
 * between, moved by pointer, touch or keys. The attribute `split` shows the divider; without it only the after side is
 * seen, or only the before side where there is nothing after.
 */
import { say } from './words.js';

const STEPS = { ArrowLeft: -2, ArrowRight: 2, ArrowDown: -2, ArrowUp: 2, PageDown: -10, PageUp: 10 };

export class RectoCompare extends HTMLElement {
  static observedAttributes = ['split'];
  #position = 50; // percent from the inline start, as the reader sees it

  connectedCallback() {
    if (this.divider) return;
    this.divider = this.#makeDivider();
    this.append(this.divider);
    this.#bindPointer();
    this.divider.addEventListener('keydown', (event) => this.#key(event));
    this.#draw();
  }

  attributeChangedCallback() {
    if (this.divider) this.#draw();
  }

  get position() {
    return this.#position;
  }

  set position(percent) {
    this.#position = Math.min(100, Math.max(0, percent));
    this.#draw();
  }

  get split() {
    return this.hasAttribute('split');
  }
  set split(on) {
    this.toggleAttribute('split', on);
  }

  #makeDivider() {
    const divider = document.createElement('div');
    divider.className = 'compare-divider';
    divider.tabIndex = 0;
    const attributes = {
      role: 'slider',
      'aria-label': say('compare.divider'),
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-orientation': 'horizontal',
    };
    for (const [name, value] of Object.entries(attributes)) divider.setAttribute(name, value);
    const grip = document.createElement('span');
    grip.className = 'compare-grip';
    const icon = document.createElement('i');
    icon.className = 'bi bi-arrows';
    icon.setAttribute('aria-hidden', 'true');
    grip.append(icon);
    divider.append(grip);
    return divider;
  }

  #bindPointer() {
    const move = (event) => {
      const box = this.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width) * 100;
      this.position = this.#rtl() ? 100 - share : share;
    };
    this.divider.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      this.divider.focus({ preventScroll: true });
      this.divider.setPointerCapture(event.pointerId);
      this.divider.addEventListener('pointermove', move);
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      this.divider.addEventListener(end, () => this.divider.removeEventListener('pointermove', move));
    }
  }

  #rtl() {
    return getComputedStyle(this).direction === 'rtl';
  }

  #key(event) {
    const ends = { Home: 0, End: 100 };
    let target = ends[event.key];
    if (event.key in STEPS) {
      const turn =
        this.#rtl() && event.key.startsWith('Arrow') && !['ArrowUp', 'ArrowDown'].includes(event.key) ? -1 : 1;
      target = this.#position + STEPS[event.key] * turn * (event.shiftKey ? 5 : 1);
    }
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.position = target;
  }

  #draw() {
    const percent = Math.round(this.#position);
    this.style.setProperty('--split', `${this.#position}%`);
    this.divider.hidden = !this.split;
    this.divider.setAttribute('aria-valuenow', percent);
    this.divider.setAttribute('aria-valuetext', say('compare.value', { before: percent, after: 100 - percent }));
  }
}

customElements.define('recto-compare', RectoCompare);
