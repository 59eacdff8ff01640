/** Boxes over the page, given in original-image pixels and drawn through the shown version's matrix. */
import { apply, IDENTITY, inverse } from './matrix.js';

const SVG = 'http://www.w3.org/2000/svg';

export class Overlay {
  #matrix = IDENTITY;
  #boxes = { all: [], lit: [] };

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
    for (const group of ['all', 'lit']) this.#draw(group, this.#boxes[group]);
    this.#follow();
  }

  get matrix() {
    return this.#matrix;
  }

  showAll(boxes) {
    this.#draw('all', boxes);
  }

  light(box) {
    this.#draw('lit', box ? [box] : []);
  }

  #draw(group, boxes) {
    this.#boxes[group] = boxes;
    this[group].replaceChildren(...boxes.map((box) => outline(box, this.#matrix)));
  }

  /** From a point of the viewer's element to original pixels. */
  toOriginal(x, y) {
    const point = this.viewer.toPage(x, y);
    return point && apply(inverse(this.#matrix), ...point);
  }

  #follow() {
    const screen = this.viewer.toScreen();
    if (!screen) return;
    for (const group of [this.all, this.lit]) group.setAttribute('transform', `matrix(${screen.join(' ')})`);
  }
}

/** A box of the original on the page: a quadrilateral, since SVG itself knows no homographies. */
function outline([x, y, width, height], matrix) {
  const polygon = document.createElementNS(SVG, 'polygon');
  const corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]; // prettier-ignore
  polygon.setAttribute('points', corners.map((corner) => apply(matrix, ...corner).join(',')).join(' '));
  return polygon;
}
