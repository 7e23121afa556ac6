// How long one pointer move costs the editor before it is drawn: node tests/benchmarks/editor_core.mjs
import { performance } from 'node:perf_hooks';
import { SceneDocument } from '../../static/editor/document.js';
import { masksOf } from '../../static/editor/masks.js';
import { boxAt } from '../../static/editor/path.js';
import { targetsOf } from '../../static/editor/snapping.js';
import { Gesture } from '../../static/editor/tools.js';

const STAGE = { rows: 6, columns: 9, latent_frames: 12, keyframe_to_latent: [0, 1, 2, 3, 4, 5].map((k) => [2 * k, 2 * k + 1]) };
const REGIONS = 8;
const MOVES = 20_000;

const regions = Array.from({ length: REGIONS }, (_, i) => ({
  id: `r${i}`, name: `r${i}`, layer: i, locked: false,
  keys: [0, 1, 2, 3, 4, 5].map((k) => (k % 2 ? null : { box: [0.05 * i, 0.1, 0.05 * i + 0.3, 0.8], visible: true, ease: 'ease' })),
}));

/** Microseconds of each of many moves, sorted. */
function timed(held, after) {
  const scene = new SceneDocument({ regions, overlaps: [] });
  const snap = { targets: targetsOf(regions.slice(1).map(({ keys }) => boxAt(keys, 3))), threshold: 0.01 };
  const gesture = new Gesture(() => ({ regions: scene.regions, keyframe: 3, selected: ['r0'], mode: 'select', stage: STAGE, snap }));
  gesture.feed({ type: 'down', x: 0.2, y: 0.4, target: { region: 'r0', handle: 'move' }, hits: ['r0'], ...held });
  const took = Array.from({ length: MOVES }, (_, i) => {
    const start = performance.now();
    const { preview } = gesture.feed({ type: 'move', x: 0.2 + (i % 700) / 1000, y: 0.3 + (i % 13) / 100, ...held });
    after(scene.preview(preview));
    return (performance.now() - start) * 1000;
  });
  return took.sort((a, b) => a - b);
}

const CASES = {
  'bend, with snapping': [{}, () => {}],
  'alone': [{ alt: true }, () => {}],
  'whole path': [{ shift: true }, () => {}],
  'bend, and all token masks': [{}, (layout) => masksOf(layout.regions, STAGE)],
};
for (const [name, [held, after]] of Object.entries(CASES)) {
  const took = timed(held, after);
  const [median, high, most] = [0.5, 0.99, 1].map((part) => took[Math.min(MOVES - 1, Math.floor(part * MOVES))].toFixed(1));
  console.log(`${name}: median ${median} µs, 99 % ${high} µs, most ${most} µs per move of ${REGIONS} boxes`);
}
