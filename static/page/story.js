// The story as the page knows it: the studio's views, put together as they arrive.
import { applyPatch, layoutOf } from '../editor/document.js';

const DEEDS = {
  describe: 'change what somebody does', motion: 'change a motion', shot: 'change the shot',
  overlap: 'change words where boxes overlap', enter: 'bring somebody in', like: 'move like a clip', fix: 'fix a finding',
};
const WORDS = ['title', 'setting', 'narration', 'background', 'camera', 'shot_size', 'overlaps'];
const OF_REGIONS = ['id', 'character_id', 'motion', 'description', 'layer', 'locked', 'keys'];

/** Say what an edit does, as a step that can be undone in the editor; '' where it is none. */
export function deedOf(op) {
  if (op.op === 'edit') return `change the ${op.field}`;
  return op.label || DEEDS[op.op] || '';
}

/** Whether two views of a scene have the same words and boxes; takes and findings do not count. */
export function sameScene(one, other) {
  const told = (scene) => JSON.stringify([WORDS.map((name) => scene[name]), scene.regions.map((region) => OF_REGIONS.map((name) => region[name]))]);
  return told(one) === told(other);
}

/** The newest known state of one story. */
export class Story {
  constructor() {
    this.clear();
  }

  clear() {
    this.project = '';
    this.revision = -1;
    this.head = null;
    this.order = [];
    this.scenes = new Map();
    this.held = new Map(); // views that came while newer edits of their scene were on the way
  }

  /**
   * Take in a StoryView or a Changed. `pending(scene)` says which scenes have edits on their way: their views are
   * older than what is shown and wait. Older answers than the known revision change nothing.
   */
  adopt(view, pending) {
    if (view.project !== this.project) this.clear();
    if (view.revision < this.revision) return false;
    Object.assign(this, { project: view.project, revision: view.revision });
    const { title } = this.head || {};
    this.head = pending(null) && this.head ? { ...view.head, title } : view.head;
    const fits = !pending(null) || !this.order.length;
    if (fits) this.order = view.order;
    for (const [id, scene] of Object.entries(view.scenes)) this.held.set(id, scene);
    for (const [id, scene] of this.held) {
      if (pending(id) && this.scenes.has(id)) continue;
      this.scenes.set(id, scene);
      this.held.delete(id);
    }
    for (const id of this.scenes.keys()) if (!view.order.includes(id)) this.scenes.delete(id);
    this.order = this.order.filter((id) => this.scenes.has(id));
    return true;
  }

  /** Show an edit of boxes or of the order before the studio has answered. */
  expect(op) {
    if (op.op === 'reorder') this.order = op.order;
    const scene = this.scenes.get(op.scene);
    if (op.op !== 'patch' || !scene) return;
    const { regions } = applyPatch(layoutOf(scene), op.patch);
    this.scenes.set(op.scene, { ...scene, ...(op.patch.fields || {}), regions });
  }

  /** Give the scenes in the story's order. */
  list() {
    return this.order.map((id) => this.scenes.get(id)).filter(Boolean);
  }

  scene(id) {
    return this.scenes.get(id) || null;
  }
}
