// The story as a script to be read and changed in place: its idea, and each scene's words one below the other.
import { el } from '../dom.js';
import { counted } from '../dom.js';
import { ScriptScene } from './scriptscene.js';

/**
 * The script; `send(op)` sends what was changed, `replan(scene, note)` has a scene planned anew, `show(scene)` shows one on the
 * board, `versions()` opens the earlier ones; `findings` stands below the head.
 */
export class Script {
  constructor({ send, replan, show, versions, findings }) {
    Object.assign(this, { send, replan, show });
    this.scenes = new Map();
    this.idea = el('blockquote', { class: 'idea', 'aria-label': 'The idea' });
    this.facts = el('p', { class: 'note script-facts' });
    this.earlier = el('button', { type: 'button', class: 'plain', 'aria-haspopup': 'dialog', text: 'Earlier versions' });
    this.earlier.addEventListener('click', versions);
    this.list = el('ol', { class: 'script-scenes', 'aria-label': 'The scenes in words' });
    this.root = el('article', { class: 'script' }, this.idea, el('div', { class: 'script-head' }, this.facts, this.earlier), findings, this.list);
  }

  /** Show a story: `{head, scenes}`. */
  draw({ head, scenes }) {
    this.idea.textContent = head.idea;
    this.idea.hidden = !head.idea;
    this.facts.textContent = factsWords(head, scenes);
    if (head.project !== this.project) this.clear();
    this.project = head.project;
    const ids = new Set(scenes.map(({ id }) => id));
    for (const [id, one] of this.scenes) if (!ids.has(id)) { one.root.remove(); this.scenes.delete(id); }
    scenes.forEach((scene, at) => {
      const one = this.of(scene.id);
      one.draw(scene, at + 1, head);
      if (this.list.children[at] !== one.root) this.list.insertBefore(one.root, this.list.children[at] || null);
    });
  }

  of(id) {
    if (!this.scenes.has(id)) {
      this.scenes.set(id, new ScriptScene(id, { send: this.send, replan: (note) => this.replan(id, note), show: () => this.show(id) }));
    }
    return this.scenes.get(id);
  }

  clear() {
    this.scenes.clear();
    this.list.replaceChildren();
  }

  /** A planning begins or ends. */
  wait() {
    for (const { again } of this.scenes.values()) again.wait();
  }

  /** A scene was planned anew. */
  done() {
    for (const { again } of this.scenes.values()) again.done();
  }
}

/** Say how long the story is: '6 scenes, plays 18 s, reads 24 s. Planned by ...'. */
function factsWords({ model }, scenes) {
  const total = (name) => Math.ceil(scenes.reduce((sum, { reading }) => sum + ((reading && reading[name]) || 0), 0));
  const [plays, reads] = [total('plays'), total('seconds')];
  const length = [counted(scenes.length, 'scene'), plays && `plays ${plays} s`, reads && `its narration reads ${reads} s`].filter(Boolean).join(', ');
  return [`${length}.`, model && `Planned by ${model}.`].filter(Boolean).join(' ');
}
