// How a take was made, in words, and what is changed when it is made again.
import { duration } from '../dom.js';

const MOST_SEED = Number.MAX_SAFE_INTEGER;

/** Say a TakeView's recipe: 'final · seed 5 · 16 steps · guidance 4'. */
export function recipeWords({ quality, recipe }) {
  const { seed, steps, guidance } = recipe;
  return [quality, `seed ${seed}`, `${steps} ${steps === 1 ? 'step' : 'steps'}`, `guidance ${guidance}`].join(' · ');
}

/** Say what some takes need that need `seconds` each; '' where nobody knows. */
export function costWords(seconds, count = 1) {
  return seconds ? `about ${duration(seconds * count)}` : '';
}

/** What a take of so many steps needs, in seconds, as the take of a recipe did. */
export function secondsOf({ seconds, steps }, wanted) {
  return wanted > 0 ? (seconds / steps) * wanted : 0;
}

/** Give what differs from a recipe in the values of a form, `{seed, steps, guidance, unwanted}`; an empty seed is a new one. */
export function changesOf(recipe, values) {
  const told = { seed: values.seed === '' ? 'new' : Number(values.seed), steps: Number(values.steps), guidance: Number(values.guidance), unwanted: values.unwanted.trim() };
  return Object.fromEntries(Object.entries(told).filter(([name, value]) => value !== recipe[name]));
}

export const LIMITS = {
  seed: { min: 0, max: MOST_SEED, step: 1 },
  steps: { min: 1, max: 200, step: 1 },
  guidance: { min: 0, max: 30, step: 'any' },
};
