/** Places on the original that a recipe names (a sheet's corners, a box to keep), set by hand on the image. */
import { Handles } from './handles.js';
import { apply, inverse } from './matrix.js';
import { announce, say } from './words.js';

const INSET = 0.08; // of width and height: where handles begin when nothing has been found

export class Placing {
  #at = null; // {step, name, button} of the place that is being set
  #found = {}; // name → points, by the newest result

  /** @param parts {stage, form, original} */
  constructor(parts) {
    Object.assign(this, parts);
    this.handles = new Handles(this.stage, this.stage.page);
    this.form.addEventListener('place', ({ detail }) => this.#toggle(detail));
    this.form.addEventListener('change', () => this.#at && this.#follow());
    this.form.addEventListener('preset', () => this.#at && this.#follow());
    this.handles.addEventListener('placed', () => this.#keep());
    this.handles.addEventListener('left', () => this.stop());
    document.addEventListener('show.bs.tab', () => this.stop());
  }

  /** A result tells where the engine has found what it looked for. */
  found({ recipe, matrix, width, height }) {
    const step = (name) => recipe?.steps.find(({ step: own }) => own === name);
    this.#found = { corners: step('perspective')?.corners };
    if (step('crop') && matrix && width) this.#found.box = this.#outline(matrix, width, height);
    if (this.#at && !this.form.placed(this.#at.step, this.#at.name)) this.#show();
  }

  stop() {
    if (!this.#at) return;
    const { button } = this.#at;
    const held = this.handles.element.contains(document.activeElement);
    this.#at = null;
    this.handles.hide();
    delete this.stage.element.dataset.placing;
    button.setAttribute('aria-pressed', false);
    if (held) button.focus({ preventScroll: true });
  }

  async #toggle(place) {
    const again = this.#at?.button === place.button;
    this.stop();
    if (again) return;
    this.#at = place;
    place.button.setAttribute('aria-pressed', true);
    this.stage.element.dataset.placing = 'true';
    await this.stage.workOn(this.original);
    if (this.#at !== place) return;
    this.#show();
    this.handles.focus();
    announce(say('place.how'));
  }

  /** Ends with its step, and goes back to what was found when the place is left to the engine again. */
  #follow() {
    const { step, name, button } = this.#at;
    if (!button.getClientRects().length) this.stop();
    else if (!this.form.placed(step, name)) this.#show();
  }

  #show() {
    const { step, name } = this.#at;
    const given = this.form.placed(step, name);
    const points = given ? asPoints(given) : this.#found[name] || this.#inset();
    this.handles.show(name, points, say(`parameter.${name}`));
  }

  #keep() {
    if (!this.#at) return;
    const { step, name } = this.#at;
    this.form.place(step, name, name === 'box' ? asBox(this.handles.points) : this.handles.points);
  }

  #inset() {
    const { width, height } = this.original;
    const [x, y] = [Math.round(width * INSET), Math.round(height * INSET)];
    return asPoints([x, y, width - 2 * x, height - 2 * y]);
  }

  /** Upright bounds, on the original, of a whole result. */
  #outline(matrix, width, height) {
    const back = inverse(matrix);
    const corners = asPoints([0, 0, width, height]).map(([x, y]) => apply(back, x, y));
    const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => Math.round(corner[axis])));
    const within = (value, most) => Math.min(most, Math.max(0, value));
    const [left, right] = [Math.min(...xs), Math.max(...xs)].map((x) => within(x, this.original.width));
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)].map((y) => within(y, this.original.height));
    return asPoints([left, top, right - left, bottom - top]);
  }
}

function asPoints(place) {
  if (Array.isArray(place[0])) return place;
  const [x, y, width, height] = place;
  return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]; // prettier-ignore
}

const asBox = ([[x, y], , [right, bottom]]) => [x, y, right - x, bottom - y].map(Math.round);
