/** Boxes over the page, given in original-image pixels and drawn through the shown version's matrix. */
import { apply, IDENTITY, inverse } from './matrix.js';

const SVG = 'http://www.w3.org/2000/svg';

export class Overlay {
  #matrix = IDENTITY;

  /** @param viewer a PageViewer; the drawing lies over its canvas and never takes the pointer */
  constructor(viewer) {
    this.viewer = viewer;
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('class', 'boxes');
    this.svg.setAttribute('aria-hidden', 'true');
    [this.all, this.lit] = ['boxes-all', 'boxes-lit'].map((name) => {
      const group = document.createElementNS(SVG, 'g');
      group.setAttribute('class', name);
      this.svg.append(group);
      return group;
    });
    viewer.osd.canvas.append(this.svg);
    viewer.addEventListener('moved', () => this.#follow());
  }

  /** The matrix (original → page pixels) of what is shown. */
  set matrix(matrix) {
    this.#matrix = matrix || IDENTITY;
    this.#follow();
  }

  get matrix() {
    return this.#matrix;
  }

  showAll(boxes) {
    this.all.replaceChildren(...boxes.map((box) => rectangle(box)));
  }

  light(box) {
    this.lit.replaceChildren(...(box ? [rectangle(box)] : []));
  }

  /** From a point of the viewer's element to original pixels. */
  toOriginal(x, y) {
    const point = this.viewer.toPage(x, y);
    return point && apply(inverse(this.#matrix), ...point);
  }

  #follow() {
    const screen = this.viewer.toScreen();
    if (!screen) return;
    const [[a, c, e], [b, d, f]] = this.#matrix;
    const transform = `matrix(${screen.join(' ')}) matrix(${a} ${b} ${c} ${d} ${e} ${f})`;
    for (const group of [this.all, this.lit]) group.setAttribute('transform', transform);
  }
}

function rectangle([x, y, width, height]) {
  const rect = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
  return rect;
}
