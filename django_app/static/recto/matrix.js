/** 3×3 homographies between the frames of a page's images, and where images must lie on top of each other. */
export const IDENTITY = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export function apply(matrix, x, y) {
  const [u, v, w] = (matrix || IDENTITY).map(([a, b, c]) => a * x + b * y + c);
  return [u / w, v / w];
}

/** The inverse, but for a factor, which homographies do not mind: the cofactors, transposed. */
export function inverse([[a, b, c], [d, e, f], [g, h, i]]) {
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
}

function product(p, q) {
  return p.map((row) => [0, 1, 2].map((column) => row.reduce((sum, value, i) => sum + value * q[i][column], 0)));
}

/**
 * Where an image must lie so that its words stand on those of the shown page; as nearly as turning and scaling can do it
 * where one of the two was straightened from a slant.
 * @param shown {matrix, width, height} of the page at the world's origin, @param other the same of the image to place
 */
export function onto(shown, other) {
  const map = product(shown.matrix || IDENTITY, inverse(other.matrix || IDENTITY)); // other's pixels → shown's pixels
  const [cx, cy] = apply(map, other.width / 2, other.height / 2);
  const [left, right] = [0, other.width].map((x) => apply(map, x, other.height / 2));
  const [dx, dy] = [right[0] - left[0], right[1] - left[1]];
  const width = Math.hypot(dx, dy) / shown.width;
  const height = (width * other.height) / other.width;
  const degrees = (Math.atan2(dy, dx) * 180) / Math.PI;
  return { x: cx / shown.width - width / 2, y: cy / shown.width - height / 2, width, degrees };
}

/** Where an image must lie to fill the frame of the shown page, each in its own upright frame. */
export function into(shown, other) {
  const width = Math.min(1, (shown.height / shown.width) * (other.width / other.height));
  return {
    x: (1 - width) / 2,
    y: (shown.height / shown.width - (width * other.height) / other.width) / 2,
    width,
    degrees: 0,
  };
}

/**
 * The matrix (original → result) of a result that only tells its angle: turned about the centre, the frame grown or
 * kept.
 */
export function turned(original, result, angle) {
  const turn = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const grown = original.width * Math.abs(cos) + original.height * Math.abs(sin);
  const shapes = [
    [original.width, original.height],
    [grown, original.width * Math.abs(sin) + original.height * Math.abs(cos)],
  ];
  const off = ([width, height]) => Math.abs(width / height - result.width / result.height);
  const scale = result.width / (off(shapes[1]) < off(shapes[0]) ? grown : original.width);
  const [a, b, d, e] = [scale * cos, -scale * sin, scale * sin, scale * cos];
  const [ox, oy] = [original.width / 2, original.height / 2];
  return [
    [a, b, result.width / 2 - a * ox - b * oy],
    [d, e, result.height / 2 - d * ox - e * oy],
    [0, 0, 1],
  ];
}
