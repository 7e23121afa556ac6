// What the tests of the editor make: numbers by a seed, keys and regions.

/** Numbers in 0..1 that are the same for the same seed (mulberry32). */
export function dice(seed) {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = (items) => items[Math.floor(roll() * items.length)];
  return { roll, pick, between: (low, high) => low + (high - low) * roll() };
}

/** A key at a box, shown and linear unless told otherwise. */
export const key = (box, more = {}) => ({ box, visible: true, ease: 'linear', ...more });

/** Six keys, by keyframe. */
export function path(set) {
  return [0, 1, 2, 3, 4, 5].map((k) => set[k] ?? null);
}

/** A region as the studio sends it. */
export function region(id, keys, more = {}) {
  return {
    id, character_id: null, motion_id: null, name: id, colour: '#4477aa', description: '', layer: 0,
    locked: false, clip: null, keys, motion: '', played: true, to_learn: false, ...more,
  };
}

export function anyBox({ between }) {
  const [x0, y0] = [between(-0.5, 1.2), between(-0.5, 1.2)];
  return [x0, y0, between(x0 + 0.02, 1.5), between(y0 + 0.02, 1.5)];
}

export function anyKeys(random) {
  const { roll, pick } = random;
  const chance = pick([0.3, 0.6, 0.9]);
  const keys = [0, 1, 2, 3, 4, 5].map(() => (roll() < chance
    ? { box: anyBox(random), visible: roll() < 0.75, ease: pick(['linear', 'ease', 'hold']) } : null));
  return keys.some(Boolean) ? keys : path({ [pick([0, 1, 2, 3, 4, 5])]: key(anyBox(random)) });
}
