// @ts-check
// What the editor's modules hand each other. Types only: nothing here runs.

/** @typedef {[number, number, number, number]} Box  `[x0, y0, x1, y1]`, fractions of the frame, origin top left; edges in [-0.5, 1.5] */
/** @typedef {'linear'|'ease'|'hold'} Ease  how the path goes on from a key to the next */
/** @typedef {{box: Box, visible: boolean, ease: Ease}} Key */
/** @typedef {(Key|null)[]} Keys  one for each of the six keyframes; null = inherited from its neighbours */
/** @typedef {'set'|'inherited'|'hidden'|'absent'} State  hidden: off stage for a while; absent: before the first or after the last key */
/** @typedef {'move'|'n'|'ne'|'e'|'se'|'s'|'sw'|'w'|'nw'} Handle */
/** @typedef {{width: number, height: number}} Side  the least sides of a box, fractions of the frame */

/**
 * One box of a scene with its path.
 * @typedef {Object} Region
 * @property {string} id
 * @property {string|null} character_id
 * @property {string|null} motion_id
 * @property {string} description
 * @property {number} layer  0..99, higher in front
 * @property {boolean} locked
 * @property {string|null} clip  the clip whose actor it moves like
 * @property {Keys} keys
 * @property {string} name  who it is, for the page
 * @property {string} colour
 * @property {string} motion  words, or ''
 * @property {boolean} played
 * @property {boolean} to_learn
 */

/** @typedef {{region_ids: string[], description: string}} Overlap */
/** @typedef {Record<string, string>} Fields  title, setting, narration, background, camera, shot_size */

/**
 * What one scene holds that the editor can change.
 * @typedef {Object} Layout
 * @property {Region[]} regions
 * @property {Overlap[]} overlaps
 * @property {Fields} [fields]
 */

/**
 * Changes to a layout. A region of null is removed; one not there yet is made (it needs keys).
 * Lists are always whole.
 * @typedef {Object} Patch
 * @property {Record<string, Partial<Region>|null>} [regions]
 * @property {Overlap[]} [overlaps]
 * @property {Fields} [fields]
 */

/** @typedef {{label: string, before: Patch, after: Patch}} Edit  one step of the history; `before` takes `after` back */

/**
 * The frame and the model's grid over it.
 * @typedef {Object} Stage
 * @property {number} aspect  width / height
 * @property {number} fps
 * @property {number} num_frames
 * @property {number} seconds
 * @property {number} latent_frames
 * @property {number} rows
 * @property {number} columns
 * @property {number[][]} keyframe_to_latent  the latent frames of each keyframe
 */

/** @typedef {{axis: 'x'|'y', at: number}} Guide  a line across the frame that caught an edge */
/** @typedef {{x: number[], y: number[]}} Targets  lines to snap to, fractions of the frame */

/**
 * What was measured of boxes of one sort: shares of tries in 0..1, and how many tries.
 * @typedef {{colour: number, kind: number, iou: number, count: number}} Measure
 */
/** @typedef {Measure & {from: number, to: number}} RangeRow */
/** @typedef {Measure & {place: string}} PlaceRow */

/**
 * How well the pack obeys boxes, by their height, place and overlap.
 * @typedef {Object} ObedienceTable
 * @property {Measure} all
 * @property {RangeRow[]} height
 * @property {PlaceRow[]} place  'top left', 'middle centre', 'bottom right', ...
 * @property {RangeRow[]} overlap
 * @property {number} min_count  rows with fewer tries say nothing
 */

export {};
