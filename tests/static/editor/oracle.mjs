// Answers what the editor makes of paths and boxes: JSON on stdin, JSON on stdout.
import { readFileSync } from 'node:fs';
import { masksOf, rasterise } from '../../../static/editor/masks.js';
import { boxAt, stateAt } from '../../../static/editor/path.js';

const { paths, boxes, stage } = JSON.parse(readFileSync(0, 'utf8'));
const bits = (mask) => mask.map((row) => row.map(Number));
process.stdout.write(JSON.stringify({
  boxes: paths.map((keys) => keys.map((_, k) => boxAt(keys, k))),
  states: paths.map((keys) => keys.map((_, k) => stateAt(keys, k))),
  masks: masksOf(paths.map((keys) => ({ keys })), stage).map((masks) => masks.map(bits)),
  cells: boxes.map(([box, rows, columns]) => bits(rasterise(box, rows, columns))),
}));
