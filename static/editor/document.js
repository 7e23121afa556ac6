// @ts-check
// The layout of one scene with its history: edits are patches, and each can be taken back.
/** @import { Edit, Fields, Layout, Overlap, Patch, Region } from './types.js' */

export const DEPTH = 200;
/** What a patch may change of a region. */
const CHANGEABLE = /** @type {const} */ (['keys', 'layer', 'locked', 'character_id', 'motion_id', 'description', 'clip']);
/** What the page shows of a region and the studio works out. */
const SHOWN = /** @type {const} */ (['name', 'colour', 'motion', 'played', 'to_learn']);
const FIELDS = ['title', 'setting', 'narration', 'background', 'camera', 'shot_size'];

/** The name of a box that is nobody's yet. */
const NOBODY = 'Somebody new';
/** A region nobody has said anything of. @type {Omit<Region, 'id'|'keys'>} */
const SOMEBODY = {
  character_id: null, motion_id: null, clip: null, description: '', layer: 0, locked: false,
  name: NOBODY, colour: '#8a8f98', motion: '', played: false, to_learn: false,
};

/**
 * The part of a scene (as the studio sends it) that the editor can change.
 * @param {{regions: Region[], overlaps?: any[], fields?: Fields} & Record<string, any>} scene
 * @returns {Layout}
 */
export function layoutOf(scene) {
  const overlaps = (scene.overlaps ?? []).filter(({ description }) => description).map(({ region_ids, regions, description }) => (
    { region_ids: region_ids ?? regions, description }));
  const regions = scene.regions.map((region) => (isNobody(region) ? { ...region, name: NOBODY } : region));
  const told = FIELDS.filter((name) => typeof scene[name] === 'string').map((name) => [name, scene[name]]);
  return { regions, overlaps, fields: { ...scene.fields, ...Object.fromEntries(told) } };
}

/** Whether nothing was said of a region: the studio then calls it by its id. @param {Region} region */
function isNobody({ id, name, character_id: who, description }) {
  return name === id && !who && !description;
}

/**
 * The layout with a patch applied; the old one stays as it is. `known` tells what to show of
 * regions that come back.
 * @param {Layout} layout @param {Patch} patch
 * @param {Map<string, Region>} [known]
 * @returns {Layout}
 */
export function applyPatch(layout, patch, known) {
  const changes = new Map(Object.entries(patch.regions ?? {}));
  const regions = layout.regions
    .filter((region) => changes.get(region.id) !== null)
    .map((region) => (changes.has(region.id) ? { ...region, ...changes.get(region.id) } : region));
  const there = new Set(regions.map((region) => region.id));
  for (const [id, change] of changes) {
    if (!change?.keys || there.has(id)) continue;
    regions.push({ ...SOMEBODY, ...pick(known?.get(id), SHOWN), ...change, keys: change.keys, id });
    there.add(id);
  }
  const overlaps = (patch.overlaps ?? layout.overlaps)
    .filter((overlap) => overlap.region_ids.every((id) => there.has(id)));
  return { regions, overlaps, fields: { ...layout.fields, ...patch.fields } };
}

/** @param {any} from @param {readonly string[]} names */
function pick(from, names) {
  return from ? Object.fromEntries(names.map((name) => [name, from[name]])) : {};
}

/**
 * The patch that makes one layout the other; null if they are the same to the editor.
 * @param {Layout} from @param {Layout} to
 * @returns {Patch|null}
 */
export function difference(from, to) {
  /** @type {Patch} */
  const patch = {};
  const regions = regionChanges(from.regions, to.regions);
  const fields = fieldChanges(from.fields ?? {}, to.fields ?? {});
  if (Object.keys(regions).length) patch.regions = regions;
  if (!same(from.overlaps, to.overlaps)) patch.overlaps = to.overlaps;
  if (Object.keys(fields).length) patch.fields = fields;
  return Object.keys(patch).length ? patch : null;
}

/** @param {Region[]} from @param {Region[]} to @returns {Record<string, Partial<Region>|null>} */
function regionChanges(from, to) {
  const was = new Map(from.map((region) => [region.id, region]));
  const is = new Set(to.map((region) => region.id));
  const gone = from.filter(({ id }) => !is.has(id)).map(({ id }) => [id, null]);
  const changed = to.filter((region) => region !== was.get(region.id)).map((region) => {
    const old = was.get(region.id);
    return [region.id, pick(region, CHANGEABLE.filter((name) => !old || !same(old[name], region[name])))];
  });
  return Object.fromEntries([...gone, ...changed.filter(([, change]) => Object.keys(change).length)]);
}

/** @param {Fields} from @param {Fields} to */
function fieldChanges(from, to) {
  return Object.fromEntries(Object.entries(to).filter(([name, words]) => (from[name] ?? '') !== words));
}

/** @param {any} a @param {any} b @returns {boolean} */
function same(a, b) {
  if (a === b || !a || !b || typeof a !== 'object' || typeof b !== 'object') return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => same(a[name], b[name]));
}

/** The layout of one scene, what was done to it, and what can be done again. */
export class SceneDocument {
  #layout;
  /** @type {Edit[]} */
  #done = [];
  /** @type {Edit[]} */
  #undone = [];
  /** @type {Map<string, Region>} */
  #known = new Map();

  /** @param {Layout} layout a layout, or a scene as the studio sends it */
  constructor(layout) {
    this.#layout = layoutOf(layout);
    this.#remember();
  }

  /** @returns {Layout} */
  get layout() { return this.#layout; }

  get regions() { return this.#layout.regions; }

  get overlaps() { return this.#layout.overlaps; }

  /** What `undo` would take back; null if nothing. */
  get undoLabel() { return this.#done.at(-1)?.label ?? null; }

  /** What `redo` would do again; null if nothing. */
  get redoLabel() { return this.#undone.at(-1)?.label ?? null; }

  /** @param {string} id @returns {Region|null} */
  region(id) {
    return this.regions.find((region) => region.id === id) ?? null;
  }

  /** The layout as it would be with a patch. @param {Patch|null} patch @returns {Layout} */
  preview(patch) {
    return patch ? applyPatch(this.#layout, patch, this.#known) : this.#layout;
  }

  /**
   * Apply a patch as one step of the history; null (and no step) if it changes nothing.
   * @param {string} label  in words, 'move Mia at keyframe 3'
   * @param {Patch} after
   * @returns {Edit|null}
   */
  commit(label, after) {
    return this.#step(label, this.preview(after));
  }

  /** Take the last step back. @returns {Edit|null} the step; its `before` is what was applied */
  undo() {
    const edit = this.#done.pop();
    if (!edit) return null;
    this.#undone.push(edit);
    this.#show(this.preview(edit.before));
    return edit;
  }

  /** Do the last undone step again. @returns {Edit|null} the step; its `after` is what was applied */
  redo() {
    const edit = this.#undone.pop();
    if (!edit) return null;
    this.#done.push(edit);
    this.#show(this.preview(edit.after));
    return edit;
  }

  /**
   * Take over the studio's answer. With a label, what it changes is one step of the history; without,
   * steps about regions it no longer has are forgotten.
   * @param {Layout} layout  a layout, or a scene as the studio sends it
   * @param {{label?: string, pending?: Patch[]}} [options]  pending: patches it has not seen yet
   * @returns {Edit|null}
   */
  adopt(layout, { label, pending = [] } = {}) {
    const told = layoutOf(layout);
    for (const region of told.regions) this.#known.set(region.id, region);
    const next = pending.reduce((one, patch) => applyPatch(one, patch, this.#known), told);
    if (label) return this.#step(label, next);
    this.#without(this.regions.filter(({ id }) => !next.regions.some((region) => region.id === id)));
    this.#show(next);
    return null;
  }

  /** Forget the step that a patch belongs to: it was not kept. @param {Patch} patch */
  forget(patch) {
    this.#keep((edit) => edit.after !== patch && edit.before !== patch);
  }

  /** @param {string} label @param {Layout} next @returns {Edit|null} */
  #step(label, next) {
    const [after, before] = [difference(this.#layout, next), difference(next, this.#layout)];
    this.#show(next);
    if (!after || !before) return null;
    const edit = { label, before, after };
    this.#done = [...this.#done, edit].slice(-DEPTH);
    this.#undone = [];
    return edit;
  }

  /** @param {Layout} layout */
  #show(layout) {
    this.#layout = layout;
    this.#remember();
  }

  #remember() {
    for (const region of this.regions) this.#known.set(region.id, region);
  }

  /** @param {Region[]} gone */
  #without(gone) {
    const ids = new Set(gone.map((region) => region.id));
    this.#keep((edit) => !Object.keys(edit.after.regions ?? {}).some((id) => ids.has(id)));
  }

  /** @param {(edit: Edit) => boolean} stays */
  #keep(stays) {
    [this.#done, this.#undone] = [this.#done.filter(stays), this.#undone.filter(stays)];
  }
}
