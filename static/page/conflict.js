// When another window changed the same scene meanwhile: whose words stay is the storyteller's to say.
import { el } from './dom.js';

/** The bar that asks; `ask()` gives 'mine' or 'theirs'. */
export class ConflictBar {
  constructor() {
    this.words = el('span');
    this.mine = el('button', { type: 'button', class: 'plain', text: 'Use mine' });
    this.theirs = el('button', { type: 'button', class: 'plain', text: 'Use theirs' });
    this.root = el('div', { class: 'conflict', role: 'alert', hidden: true }, this.words, this.mine, this.theirs);
    this.last = Promise.resolve();
  }

  /** Ask whose words stay; one question after the other. */
  ask(scene) {
    this.last = this.last.then(() => this.open(scene));
    return this.last;
  }

  open(scene) {
    this.words.textContent = scene
      ? 'This scene was changed in another window meanwhile.'
      : 'This story was changed in another window meanwhile.';
    this.root.hidden = false;
    return new Promise((choose) => {
      this.mine.onclick = () => this.end(choose, 'mine');
      this.theirs.onclick = () => this.end(choose, 'theirs');
    });
  }

  end(choose, choice) {
    this.root.hidden = true;
    choose(choice);
  }
}

/** Say whether the studio's story holds what an edit of words wanted already. */
export function alreadyThere(op, { scenes = {}, head = {} }) {
  const scene = scenes[op.scene];
  if (op.op === 'title') return head.title === op.value;
  if (!scene) return false;
  if (op.op === 'edit') return scene[op.field] === op.value;
  if (op.op === 'shot') return scene.shot_size === op.value;
  if (op.op === 'patch') return patched(op.patch, scene);
  const region = scene.regions.find(({ id }) => id === op.region);
  return op.op === 'describe' && Boolean(region) && region.description === op.value;
}

function patched({ regions = {}, fields = {}, overlaps }, scene) {
  const same = (wanted, there) => Object.entries(wanted).every(([name, value]) => JSON.stringify(there[name]) === JSON.stringify(value));
  const all = Object.entries(regions).every(([id, wanted]) => {
    const there = scene.regions.find((one) => one.id === id);
    return wanted && there ? same(wanted, there) : !wanted && !there;
  });
  return all && same(fields, scene) && !overlaps;
}
