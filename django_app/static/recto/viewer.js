/**
 * A page in OpenSeadragon. Frames: "page" pixels are the shown image's own, "original" pixels those of the upright photograph;
 * a version's 3×3 matrix maps original → page. World units: the shown page is 1 wide.
 */
import { say } from './words.js';

const OPTIONS = {
  drawer: 'canvas', showNavigationControl: false, immediateRender: true, blendTime: 0, animationTime: 0.45, springStiffness: 9,
  maxZoomPixelRatio: 4, minZoomImageRatio: 0.7, visibilityRatio: 0.4, gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
  gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true }, keyboardNavEnabled: true, preserveImageSizeOnResize: false,
  autoResize: true, imageSmoothingEnabled: true, crossOriginPolicy: false, silenceMultiImageWarnings: true,
};

/*
 * OpenSeadragon would add an inline style sheet, which the Content-Security-Policy refuses, unless it finds its own there:
 * an inert element of that name will do, and its one rule stands in page.css.
 */
const inert = document.createElementNS('urn:recto', 'style');
inert.setAttribute('data-openseadragon-mobile-css', 'true');
document.head.append(inert);

export class PageViewer extends EventTarget {
  #item = null;
  #url = null;
  #generation = 0;

  /** @param {HTMLElement} element the box that it fills */
  constructor(element, label) {
    super();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.osd = window.OpenSeadragon({ ...OPTIONS, ...(still ? { animationTime: 0 } : {}), element });
    this.osd.canvas.setAttribute('role', 'application');
    this.osd.canvas.setAttribute('aria-label', label);
    this.osd.canvas.setAttribute('aria-roledescription', say('viewer.role'));
    for (const name of ['animation', 'resize', 'open', 'update-viewport']) this.osd.addHandler(name, () => this.#moved(name));
  }

  get item() { return this.#item; }
  get isEmpty() { return this.#item === null; }

  /**
   * Shows a stored version: Deep Zoom tiles, or the whole file where there are none. Resolves when it is in its place.
   * `placement` tells from the image's size where it lies: {x, y, width, degrees}; without it at the origin, 1 wide.
   */
  async showVersion(version, placement = null) {
    try {
      return await this.#show(version.tiles, placement);
    } catch {
      return this.#show({ type: 'image', url: version.image }, placement);
    }
  }

  /** Shows a result that is only in this browser. The one before stays until the new one can be drawn. */
  showBlob(blob, placement = null) {
    const old = this.#url;
    this.#url = URL.createObjectURL(blob);
    return this.#show({ type: 'image', url: this.#url }, placement).finally(() => old && URL.revokeObjectURL(old));
  }

  clear() {
    this.#generation += 1;
    this.osd.world.removeAll();
    this.#item = null;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
  }

  /** Moves what is shown to another place in the world. */
  place(placement) { if (this.#item) lay(this.#item, placement); }

  zoomBy(factor) { this.osd.viewport.zoomBy(factor).applyConstraints(); }
  fit() { this.osd.viewport.goHome(); }

  /** Brings a box (original pixels) into view when it is outside. */
  reveal(box, matrix) {
    if (!this.#item) return;
    const [x, y] = apply(matrix, box[0] + box[2] / 2, box[1] + box[3] / 2);
    const centre = this.#item.imageToViewportCoordinates(x, y);
    if (!this.osd.viewport.getBounds().containsPoint(centre)) this.osd.viewport.panTo(centre);
  }

  /** The affine map page pixels → pixels of this viewer's element, as SVG's six numbers. */
  toScreen() {
    if (!this.#item) return null;
    const at = (x, y) => this.osd.viewport.viewportToViewerElementCoordinates(this.#item.imageToViewportCoordinates(x, y));
    const [o, u, v] = [at(0, 0), at(1000, 0), at(0, 1000)];
    return [(u.x - o.x) / 1000, (u.y - o.y) / 1000, (v.x - o.x) / 1000, (v.y - o.y) / 1000, o.x, o.y];
  }

  /** From a point of the viewer's element to page pixels. */
  toPage(x, y) {
    const point = this.#item?.viewerElementToImageCoordinates(new window.OpenSeadragon.Point(x, y));
    return point ? [point.x, point.y] : null;
  }

  #moved(name) { this.dispatchEvent(new CustomEvent('moved', { detail: name })); }

  #show(source, placement) {
    const generation = ++this.#generation;
    const first = this.isEmpty;
    return new Promise((resolve, reject) => {
      const success = ({ item }) => {
        if (generation !== this.#generation) {
          this.osd.world.removeItem(item);
          return resolve(false);
        }
        const before = this.#item;
        this.#item = item;
        const done = () => {
          if (before && this.osd.world.getIndexOfItem(before) >= 0) this.osd.world.removeItem(before);
          this.#moved('shown');
          resolve(true);
        };
        if (placement) lay(item, placement);
        if (first && this.leader) this.osd.viewport.fitBounds(this.leader.osd.viewport.getBounds(true), true);
        else if (first) this.osd.viewport.goHome(true);
        whenDrawn(item, done);
      };
      this.osd.addTiledImage({ tileSource: source, x: 0, y: 0, width: 1, success, error: ({ message }) => reject(new Error(message)) });
    });
  }
}

/** Two viewers that show one place: the one in the reader's hand takes the other along. */
export function link(leader, follower) {
  follower.leader = leader;
  let active = leader;
  for (const viewer of [leader, follower]) {
    for (const type of ['pointerdown', 'wheel', 'keydown']) {
      viewer.osd.element.addEventListener(type, () => { active = viewer; }, { capture: true, passive: true });
    }
    viewer.addEventListener('moved', () => {
      const other = viewer === leader ? follower : leader;
      if (viewer === active && !viewer.isEmpty && !other.isEmpty) other.osd.viewport.fitBounds(viewer.osd.viewport.getBounds(true), true);
    });
  }
  return { take: () => { active = leader; } };
}

function lay(item, placement) {
  const { x, y, width, degrees } = placement(item.getContentSize());
  item.setPosition(new window.OpenSeadragon.Point(x, y), true);
  item.setWidth(width, true);
  item.setRotation(degrees, true);
}

export const IDENTITY = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

export function apply(matrix, x, y) {
  const m = matrix || IDENTITY;
  return [m[0][0] * x + m[0][1] * y + m[0][2], m[1][0] * x + m[1][1] * y + m[1][2]];
}

/** The inverse of an affine 3×3 matrix. */
export function inverse([[a, b, c], [d, e, f]]) {
  const det = a * e - b * d;
  return [[e / det, -b / det, (b * f - c * e) / det], [-d / det, a / det, (c * d - a * f) / det], [0, 0, 1]];
}

function product(p, q) {
  return p.map((row) => [0, 1, 2].map((column) => row.reduce((sum, value, i) => sum + value * q[i][column], 0)));
}

/**
 * Where an image must lie so that its words stand on those of the shown page.
 * @param shown {matrix, width, height} of the page at the world's origin, @param other the same of the image to place
 */
export function onto(shown, other) {
  const map = product(shown.matrix || IDENTITY, inverse(other.matrix || IDENTITY)); // other's pixels → shown's pixels
  const [cx, cy] = apply(map, other.width / 2, other.height / 2);
  const scale = Math.hypot(map[0][0], map[1][0]) / shown.width;
  const [width, height] = [other.width * scale, other.height * scale];
  const degrees = (Math.atan2(map[1][0], map[0][0]) * 180) / Math.PI;
  return { x: cx / shown.width - width / 2, y: cy / shown.width - height / 2, width, degrees };
}

/** Where an image must lie to fill the frame of the shown page, each in its own upright frame. */
export function into(shown, other) {
  const width = Math.min(1, (shown.height / shown.width) * (other.width / other.height));
  return { x: (1 - width) / 2, y: (shown.height / shown.width - (width * other.height) / other.width) / 2, width, degrees: 0 };
}

/** The matrix (original → result) of a result that only tells its angle: turned about the centre, the frame grown or kept. */
export function turned(original, result, angle) {
  const turn = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const grown = original.width * Math.abs(cos) + original.height * Math.abs(sin);
  const shapes = [[original.width, original.height], [grown, original.width * Math.abs(sin) + original.height * Math.abs(cos)]];
  const off = ([width, height]) => Math.abs(width / height - result.width / result.height);
  const scale = result.width / (off(shapes[1]) < off(shapes[0]) ? grown : original.width);
  const [a, b, d, e] = [scale * cos, -scale * sin, scale * sin, scale * cos];
  const [ox, oy] = [original.width / 2, original.height / 2];
  return [[a, b, result.width / 2 - a * ox - b * oy], [d, e, result.height / 2 - d * ox - e * oy], [0, 0, 1]];
}

function whenDrawn(item, done) {
  if (item.getFullyLoaded()) return done();
  item.addOnceHandler('fully-loaded-change', done);
}
