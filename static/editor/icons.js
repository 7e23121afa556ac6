// @ts-check
// Small drawings for buttons and tags, 16 by 16.
import { svg } from '../page/dom.js';

export const ICONS = {
  eye: 'M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4z M8 6.2a1.8 1.8 0 1 0 .01 0z',
  lock: 'M4 7.5h8v6H4z M5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
};

/** An icon with a stroke across it, seen where the button's style shows it. */
export function icon(/** @type {keyof typeof ICONS} */ name) {
  return svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }), svg('path', { class: 'stroke', d: 'M3 13.5L13 2.5' }));
}
