/**
 * A page in OpenSeadragon. Frames: "page" pixels are the shown image's own, "original" pixels those of the upright
 * photograph; a version's 3×3 matrix maps original → page. World units: the shown page is 1 wide.
 */
import { apply } from './matrix.js';
import { say } from './words.js';

const OPTIONS = {
  drawer: 'canvas',
  showNavigationControl: false,
  immediateRender: true,
  blendTime: 0,
  animationTime: 0.45,
  springStiffness: 9,
  maxZoomPixelRatio: 4,
  minZoomImageRatio: 0.7,
  visibilityRatio: 0.4,
  gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
  gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
  keyboardNavEnabled: true,
  preserveImageSizeOnResize: false,
  autoResize: true,
  imageSmoothingEnabled: true,
  crossOriginPolicy: false,
  silenceMultiImageWarnings: true,
};

const LEVELS = 6; // of a result at hand: down to a 64th

/*
 * OpenSeadragon would add an inline style sheet, which the Content-Security-Policy refuses, unless it finds its own
 * there: an inert element of that name will do, and its one rule stands in page-stage.css.
 */
const inert = document.createElementNS('urn:recto', 'style');
inert.setAttribute('data-openseadragon-mobile-css', 'true');
document.head.append(inert);

export class PageViewer extends EventTarget {
  #item = null;
  #generation = 0;

  /** @param {HTMLElement} element the box that it fills */
  constructor(element, label) {
    super();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.osd = window.OpenSeadragon({ ...OPTIONS, ...(still ? { animationTime: 0 } : {}), element });
    this.osd.canvas.setAttribute('role', 'application');
    this.osd.canvas.setAttribute('aria-label', label);
    this.osd.canvas.setAttribute('aria-roledescription', say('viewer.role'));
    for (const name of ['animation', 'resize', 'open', 'update-viewport'])
      this.osd.addHandler(name, () => this.#moved(name));
  }

  get item() {
    return this.#item;
  }
  get isEmpty() {
    return this.#item === null;
  }

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

  /**
   * Shows a result that is only in this browser. The one before stays until the new one can be drawn. `small`: a draft,
   * too small to need levels.
   */
  async showBlob(blob, placement = null, { small = false } = {}) {
    const generation = ++this.#generation;
    const bitmap = await createImageBitmap(blob);
    return generation === this.#generation && this.#show(atHand(bitmap, small ? 0 : LEVELS), placement);
  }

  clear() {
    this.#generation += 1;
    this.osd.world.removeAll();
    this.#item = null;
  }

  /** Moves what is shown to another place in the world. */
  place(placement) {
    if (this.#item) lay(this.#item, placement);
  }

  zoomBy(factor) {
    this.osd.viewport.zoomBy(factor).applyConstraints();
  }
  /** The whole page, in this share of the room for it. */
  fit(share = 1) {
    this.osd.viewport.goHome();
    if (share < 1) this.osd.viewport.zoomBy(share);
  }

  /** The width of the page in that of the room, from its head. */
  fitWidth() {
    const { x, y, width } = this.osd.world.getHomeBounds();
    const height = width / this.osd.viewport.getAspectRatio();
    this.osd.viewport.fitBounds(new window.OpenSeadragon.Rect(x, y, width, height), true);
  }

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
    const at = (x, y) =>
      this.osd.viewport.viewportToViewerElementCoordinates(this.#item.imageToViewportCoordinates(x, y));
    const [o, u, v] = [at(0, 0), at(1000, 0), at(0, 1000)];
    return [(u.x - o.x) / 1000, (u.y - o.y) / 1000, (v.x - o.x) / 1000, (v.y - o.y) / 1000, o.x, o.y];
  }

  /** From a point of the viewer's element to page pixels. */
  toPage(x, y) {
    const point = this.#item?.viewerElementToImageCoordinates(new window.OpenSeadragon.Point(x, y));
    return point ? [point.x, point.y] : null;
  }

  #moved(name) {
    this.dispatchEvent(new CustomEvent('moved', { detail: name }));
  }

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
      this.osd.addTiledImage({
        tileSource: source,
        x: 0,
        y: 0,
        width: 1,
        success,
        error: ({ message }) => reject(new Error(message)),
      });
    });
  }
}

/** Two viewers that show one place: the one in the reader's hand takes the other along. */
export function link(leader, follower) {
  follower.leader = leader;
  let active = leader;
  for (const viewer of [leader, follower]) {
    for (const type of ['pointerdown', 'wheel', 'keydown']) {
      viewer.osd.element.addEventListener(
        type,
        () => {
          active = viewer;
        },
        { capture: true, passive: true },
      );
    }
    viewer.addEventListener('moved', () => {
      const other = viewer === leader ? follower : leader;
      if (viewer === active && !viewer.isEmpty && !other.isEmpty)
        other.osd.viewport.fitBounds(viewer.osd.viewport.getBounds(true), true);
    });
  }
  return {
    take: () => {
      active = leader;
    },
  };
}

function lay(item, placement) {
  const { x, y, width, degrees } = placement(item.getContentSize());
  item.setPosition(new window.OpenSeadragon.Point(x, y), true);
  item.setWidth(width, true);
  item.setRotation(degrees, true);
}

function whenDrawn(item, done) {
  if (item.getFullyLoaded()) return done();
  item.addOnceHandler('fully-loaded-change', done);
}

let sources = 0;

/**
 * An image at hand as a tile source with nothing to fetch: one tile a level, each level half of the one above it.
 * (OpenSeadragon's own scales every level from the whole image in one step, which makes thin strokes ragged.)
 */
function atHand(bitmap, levels) {
  const { width, height } = bitmap;
  const top = Math.ceil(Math.log2(Math.max(width, height)));
  const drawn = new Map();
  const at = (level) => {
    if (!drawn.has(level))
      drawn.set(level, scaled(bitmap, top - level, level < top - 1 ? at(level + 1).canvas : bitmap));
    return drawn.get(level);
  };
  const minLevel = Math.max(0, top - levels);
  const name = `at-hand-${++sources}`; // OpenSeadragon's cache goes by it
  const frame = { width, height, tileWidth: width, tileHeight: height, minLevel, maxLevel: top };
  return Object.assign(new window.OpenSeadragon.TileSource(frame), {
    getClosestLevel: () => minLevel, // else, each level being one tile, the largest would always be drawn
    getTileUrl: (level) => `${name}/${level}`,
    downloadTileStart: (job) => job.finish(at(job.tile.level), null, 'context2d'),
    downloadTileAbort: () => {},
  });
}

function scaled({ width, height }, halvings, from) {
  const size = { width: Math.ceil(width / 2 ** halvings), height: Math.ceil(height / 2 ** halvings) };
  const context = Object.assign(document.createElement('canvas'), size).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(from, 0, 0, size.width, size.height);
  return context;
}
