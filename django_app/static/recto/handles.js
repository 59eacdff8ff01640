/**
 * Four handles on the shown page, dragged by pointer or touch and moved by arrow keys: the corners of a sheet, or of a
 * box. Points are page pixels. Emits `moved` while a handle moves and `placed` when it is let go.
 */
import { say } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const NAMES = ['top_left', 'top_right', 'bottom_right', 'bottom_left'];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 10; // times further with Shift

/** How the other corners follow when one moves; null where the shape would be none. */
const SHAPES = {
  corners: (points) => (isConvex(points) ? points : null),
  box: (points, moved) => {
    const [x, y] = points[moved];
    const [px, py] = points[(moved + 2) % 4]; // the opposite corner stays
    if ((moved === 0 || moved === 3 ? px - x : x - px) < 8 || (moved < 2 ? py - y : y - py) < 8) return null;
    return points.map((_, i) => [i === 0 || i === 3 ? Math.min(x, px) : Math.max(x, px), i < 2 ? Math.min(y, py) : Math.max(y, py)]); // prettier-ignore
  },
};

export class Handles extends EventTarget {
  #points = [];
  #shape = 'corners';

  /** @param stage a Stage, @param viewer the PageViewer that shows the page */
  constructor(stage, viewer) {
    super();
    this.stage = stage;
    this.viewer = viewer;
    this.element = Object.assign(document.createElement('div'), { className: 'handles', hidden: true });
    this.element.setAttribute('role', 'group');
    this.svg = document.createElementNS(SVG, 'svg');
    this.svg.setAttribute('aria-hidden', 'true');
    this.outline = this.svg.appendChild(document.createElementNS(SVG, 'path'));
    this.buttons = NAMES.map((name, index) => this.#button(index));
    this.element.append(this.svg, ...this.buttons);
    stage.element.querySelector('recto-compare').after(this.element);
    viewer.addEventListener('moved', () => this.#draw());
  }

  get isShown() {
    return !this.element.hidden;
  }

  get points() {
    return this.#points;
  }

  /** @param shape a name of SHAPES, @param points [[x, y]] clockwise from the top left, @param label of the group */
  show(shape, points, label) {
    this.#shape = shape;
    this.#points = points;
    this.element.setAttribute('aria-label', label);
    this.element.hidden = false;
    this.#draw();
  }

  hide() {
    this.element.hidden = true;
  }

  focus() {
    this.buttons[0].focus({ preventScroll: true });
  }

  #button(index) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'handle' });
    button.addEventListener('keydown', (event) => this.#key(event, index));
    const drag = (event) => {
      const frame = this.element.getBoundingClientRect();
      this.#move(index, this.viewer.toPage(event.clientX - frame.left, event.clientY - frame.top));
    };
    button.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      button.focus({ preventScroll: true });
      button.setPointerCapture(event.pointerId);
      button.addEventListener('pointermove', drag);
    });
    button.addEventListener('lostpointercapture', () => {
      button.removeEventListener('pointermove', drag);
      this.dispatchEvent(new CustomEvent('placed'));
    });
    return button;
  }

  #key(event, index) {
    if (event.key === 'Escape') {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent('left'));
    }
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    event.stopPropagation();
    const pixel = Math.max(1, Math.round(1 / this.#scale())) * (event.shiftKey ? FAR : 1);
    const [x, y] = this.#points[index];
    const [dx, dy] = ARROWS[event.key];
    this.#move(index, [x + dx * pixel, y + dy * pixel]);
    this.dispatchEvent(new CustomEvent('placed'));
  }

  /** Pixels of the screen that one of the page takes up. */
  #scale() {
    const [a, b] = this.viewer.toScreen() || [1, 0];
    return Math.hypot(a, b);
  }

  #move(index, point) {
    const { width, height } = this.stage.before;
    const inside = [Math.min(width, Math.max(0, point[0])), Math.min(height, Math.max(0, point[1]))];
    const points = SHAPES[this.#shape](this.#points.with(index, inside.map(Math.round)), index);
    if (!points) return;
    this.#points = points;
    this.#draw();
    this.dispatchEvent(new CustomEvent('moved'));
  }

  #draw() {
    const screen = this.isShown && this.viewer.toScreen();
    if (!screen) return;
    const [a, b, c, d, e, f] = screen;
    const places = this.#points.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
    const { clientWidth: width, clientHeight: height } = this.element;
    this.outline.setAttribute('d', `M0 0H${width}V${height}H0ZM${places.map((place) => place.join(' ')).join('L')}Z`);
    this.buttons.forEach((button, i) => {
      [button.style.left, button.style.top] = places[i].map((value) => `${value}px`);
      const [x, y] = this.#points[i].map(Math.round);
      button.setAttribute('aria-label', say(`place.${NAMES[i]}`, { x, y }));
    });
  }
}

function isConvex(points) {
  return points.every(([x, y], i) => {
    const [[ux, uy], [vx, vy]] = [points[(i + 1) % 4], points[(i + 2) % 4]];
    return (ux - x) * (vy - uy) - (uy - y) * (vx - ux) > 64;
  });
}
