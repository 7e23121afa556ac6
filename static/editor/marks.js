// @ts-check
// Where findings show in the editor: on a moment, on a box, and on the key of a box.
import { gravest } from '../page/findings.js';

/** @typedef {{severity: string, words: string, keyframe: number|null, region: string|null}} Finding */
/** @typedef {{severity: string, sign: string, words: string}} Mark  `words`: all the findings of this severity */

/**
 * The mark of the gravest of some findings; null where there is none but hints.
 * @param {Finding[]} findings
 * @returns {Mark|null}
 */
export function markOf(findings) {
  const worst = gravest(findings);
  if (!worst) return null;
  const words = findings.filter(({ severity }) => severity === worst.severity).map((one) => one.words).join(' ');
  return { severity: worst.severity, sign: worst.mark, words };
}

/**
 * The mark of a box at a keyframe: of what is said of it here, or of the box as a whole.
 * @param {Finding[]} findings @param {string} region @param {number} keyframe 0..5
 */
export function boxMark(findings, region, keyframe) {
  return markOf(findings.filter((one) => one.region === region && (one.keyframe ?? keyframe) === keyframe));
}

/**
 * The mark of one keyframe: of the scene there, or of one box's key there.
 * @param {Finding[]} findings @param {number} keyframe 0..5 @param {string} [region]
 */
export function momentMark(findings, keyframe, region) {
  return markOf(findings.filter((one) => one.keyframe === keyframe && (region === undefined || one.region === region)));
}
