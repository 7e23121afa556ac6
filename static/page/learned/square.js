// A square on a picture, in its pixels: moved, resized, and said as a part of the picture.

const PARTS = 40; // of the longer side: no square is smaller, or nothing of it is seen
const DIGITS = 5;

/** The largest square in the middle of a picture `width` by `height`. */
export function middleSquare({ width, height }) {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** The square moved by so many pixels, as far as the picture goes. */
export function moved({ x, y, side }, { width, height }, right, down) {
  return { x: within(x + right, width - side), y: within(y + down, height - side), side };
}

/** The square with another side, its middle where it was as far as the picture allows; it never leaves the picture. */
export function resized(square, size, wanted) {
  const side = sideIn(size, wanted);
  const shift = (square.side - side) / 2;
  return moved({ x: square.x + shift, y: square.y + shift, side }, size, 0, 0);
}

/** The square with one corner drawn to a point: `right` and `down` say which; the corner across stays. */
export function drawnTo(square, size, { right, down }, point) {
  const across = { x: right ? square.x : square.x + square.side, y: down ? square.y : square.y + square.side };
  const reach = Math.max(right ? point.x - across.x : across.x - point.x, down ? point.y - across.y : across.y - point.y);
  const room = Math.min(right ? size.width - across.x : across.x, down ? size.height - across.y : across.y);
  const side = Math.min(sideIn(size, reach), room);
  return { x: right ? across.x : across.x - side, y: down ? across.y : across.y - side, side };
}

/** Say a square as fractions of its picture: 'x0,y0,x1,y1'. */
export function partOf({ x, y, side }, { width, height }) {
  return [x / width, y / height, (x + side) / width, (y + side) / height].map((edge) => Number(edge.toFixed(DIGITS))).join(',');
}

function sideIn({ width, height }, wanted) {
  return Math.min(Math.max(wanted, Math.max(width, height) / PARTS), Math.min(width, height));
}

function within(value, most) {
  return Math.min(Math.max(value, 0), most);
}
