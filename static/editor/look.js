// @ts-check
// What the storyteller looks at: nothing here is saved with the story.
/** @import { Region } from './types.js' */

/**
 * @typedef {Object} Look
 * @property {number} keyframe  0..5
 * @property {string[]} selected  regions, the one that shows its handles and path first
 * @property {'select'|'draw'|'marquee'} tool
 * @property {string|null} who  the character the next drawn box is for
 * @property {string} backdrop  'drawn', 'take', 'mine' or 'plain'
 * @property {boolean} onion  show the box at the moments before and after
 * @property {boolean} path  show the way of the box
 * @property {boolean} thirds
 * @property {boolean} snap
 * @property {boolean} snapOthers  snap to other boxes too
 * @property {boolean} cells  show what the model sees
 * @property {number} latent  the latent frame shown then
 * @property {boolean} table
 * @property {Set<string>} hidden  regions not drawn
 */

/** @typedef {{scene: any, head: any, regions: Region[], look: Look}} View  a SceneView, a HeadView, the boxes as edited */

/** @returns {Look} */
export function firstLook() {
  return {
    keyframe: 0, selected: [], tool: 'select', who: null, backdrop: 'drawn', onion: true, path: true, thirds: false,
    snap: true, snapOthers: false, cells: false, latent: 0, table: false, hidden: new Set(),
  };
}

/** The latent frame to show first at a keyframe. */
export function latentOf(/** @type {any} */ stage, /** @type {number} */ keyframe) {
  return stage.keyframe_to_latent[keyframe][0];
}

/** The keyframe a latent frame belongs to. */
export function keyframeOf(/** @type {any} */ stage, /** @type {number} */ latent) {
  return Math.max(0, stage.keyframe_to_latent.findIndex((/** @type {number[]} */ latents) => latents.includes(latent)));
}
